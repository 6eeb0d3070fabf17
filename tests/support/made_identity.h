// made_identity: an identity directory for a test. The first of a node in this process is made as `casebridge init`
// makes it; those after it are copies, because encrypting the root key is slow on purpose.
#pragma once

#include "check_code.h"
#include "daemon/identity_directory.h"
#include "temporary_directory.h"

#include <map>
#include <mutex>

namespace casebridge::test {

/// As create_identity() of suite p256-sha256; a copy is at most an hour older than it says.
inline void made_identity(std::filesystem::path const& directory, NodeId const& node, Timestamp now) {
    static std::mutex guard;
    static TemporaryDirectory const templates;
    static std::map<std::string, Timestamp> made;
    std::scoped_lock const lock(guard);
    auto const first = templates.path() / node.text();
    auto const known = made.find(node.text());
    if (known == made.end() || now < known->second || now > known->second + std::chrono::hours(1)) {
        std::filesystem::remove_all(first);
        must(create_identity(first, node, Suite::p256_sha256, Secret::from_text("twelve characters"), now));
        made.insert_or_assign(node.text(), now);
    }
    std::filesystem::copy(first, directory, std::filesystem::copy_options::recursive);
}

}  // namespace casebridge::test
