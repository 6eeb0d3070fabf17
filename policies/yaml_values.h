// The values that agreements, policies and consents have in common: dates, nodes, purposes, ceilings.
//
// Each function reads one value or complains (file, line, key, what was expected, the nearest valid word) and goes on,
// so that a person sees everything that is wrong with a file at once.
#pragma once

#include "policies/agreement.h"

namespace casebridge {

/// What stands in a template where only the ministry knows the answer. A file that still holds it does not load.
inline constexpr std::string_view to_be_filled_in = "TO BE FILLED IN";
void refuse_unfilled(YamlNode const& root, YamlComplaints& complaints);

/// "expected one of a, b, c; did you mean `b`?"
std::string expected_one_of(std::vector<std::string_view> const& words, std::string_view found);

std::vector<std::string_view> purpose_words();
std::vector<std::string_view> node_kind_words();
std::vector<std::string_view> category_words();

/// Lower-case letters, digits and inner hyphens, 3 to 64 characters: an id that may stand in logs and file names.
std::string read_slug(YamlReader& reader, std::string_view key, YamlComplaints& complaints);
std::optional<Date> read_date(YamlReader& reader, std::string_view key, YamlComplaints& complaints);
/// Absent is not an error.
std::optional<Date> read_optional_date(YamlReader& reader, std::string_view key, YamlComplaints& complaints);
std::optional<Purpose> read_purpose(YamlReader& reader, std::string_view key, YamlComplaints& complaints);
/// With `known`, the node must be one of them.
std::optional<NodeId> read_node(std::string_view text, SourceLine const& at, std::string_view key,
                                std::vector<NodeId> const* known, YamlComplaints& complaints);

/// `field: form` lines: the field exists, the form is in its chain.
void read_ceiling(YamlNode const& mapping, Ceiling& ceiling, std::map<std::string, SourceLine, std::less<>>& lines,
                  YamlComplaints& complaints);

/// The day of `time` in UTC: all dates in agreements and consents are compared with it.
Date day_of(Timestamp time);

}  // namespace casebridge
