// What a ministry's real daemon is made of before it starts, and what officers of two of them do to become partners.
#pragma once

#include "tests/bench/daemon_process.h"

#include <functional>

namespace casebridge::bench {

/// Both throw std::runtime_error if they cannot.
std::string read(std::filesystem::path const& file);
void write(std::filesystem::path const& file, std::string const& text);
/// The first occurrence; throws std::runtime_error if there is none.
std::string replaced(std::string text, std::string const& from, std::string const& to);
/// On loopback, free a moment ago.
std::uint16_t free_port();
/// From today, in UTC; as in a YAML file.
std::string day(int days_later);
/// What every act of an officer says.
Json act();

/// In the national database of `make_cases`, from 0.
std::string case_number(int number);
/// The bilateral example of th-msdhs, with this partner, in force since yesterday; questions about a return are
/// answered at once.
std::string agreement_with(std::string const& partner);
std::string agreement_file(std::string const& partner);
/// Of the person of this case, given yesterday, to a return with these partners' transit centre.
std::string consent_to_return(int number, std::vector<std::string> const& partners);

/// `casebridge init`, a policy, and a configuration for an officer with this process's user. The directory, which must
/// not exist, is named after the node.
void make_ministry(std::filesystem::path const& programs, std::filesystem::path const& home, std::uint16_t port,
                   std::string const& offices);
/// Thailand's national database with so many cases of the same kind, each with so many further names, and its field
/// map.
void make_cases(std::filesystem::path const& home, int cases, std::function<int(int)> const& further_names);

/// Pins `peer`, which listens there, at `at`.
/// Whether partners know each other's log and witness keys: rounds come beside what is measured then.
enum class Witnessing { on, off };
void add_peer(DaemonProcess const& at, std::filesystem::path const& peer, std::uint16_t port,
              Witnessing witnessing = Witnessing::on);
/// A first call to it.
void check_peer(DaemonProcess const& at, std::string const& peer);
/// Both sign what lies in both folders of agreements, and get the other's signature. Each has to reload then.
void sign_agreement(DaemonProcess const& one, DaemonProcess const& other, std::string const& file);

}  // namespace casebridge::bench
