// PrimeroSettings: the `database:` of a field map whose cases stand in Primero (REST, API v2).
#pragma once

#include "policies/yaml.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

namespace casebridge {

struct PrimeroSettings {
    std::string url;                             ///< "https://host" or "https://host:port", without a path
    std::filesystem::path root_certificate;      ///< PEM: the only roots the server's certificate may lead to
    std::string user;                            ///< its role sees the forms of the purposes it serves, and no more
    std::string module;                          ///< cases of this module only; empty: of all
    std::string unhcr_node;                      ///< the node that `unhcr_export_opt_in` is about; may be empty
    std::map<std::string, std::string> lookups;  ///< JSON field → code list whose every code the map must translate
    std::size_t page_size = 100;
    unsigned requests_per_second = 5;
    std::chrono::seconds time_limit{20};  ///< of one question to the source: all its requests, retries and waits
    std::size_t maximum_answer_bytes = std::size_t{8} << 20;
};

/// Reads all keys but `kind`. All complaints are added; the result is then of no use.
PrimeroSettings read_primero_settings(YamlReader& reader, std::filesystem::path const& folder,
                                      YamlComplaints& complaints);

}  // namespace casebridge
