// Readers of the configuration values that are more than a path, a word or a number. Private to daemon/.
#pragma once

#include "daemon/config_keys.h"

namespace casebridge {

void read_own_node(ConfigReading& reading, ConfigKey const& key);
void read_kind(ConfigReading& reading, ConfigKey const& key);
void read_name(ConfigReading& reading, ConfigKey const& key);
void read_offices(ConfigReading& reading, ConfigKey const& key);
void read_listen(ConfigReading& reading, ConfigKey const& key);
void read_officers(ConfigReading& reading, ConfigKey const& key);
void read_received(ConfigReading& reading, ConfigKey const& key);
void read_received_table_name(ConfigReading& reading, ConfigKey const& key);
void read_received_key_file(ConfigReading& reading, ConfigKey const& key);

}  // namespace casebridge
