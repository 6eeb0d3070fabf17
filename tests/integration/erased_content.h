// Whether a content is still on any page of a store, as somebody sees it who has the store's key.
#pragma once

#include "tests/support/check_code.h"
#include "tests/support/demo_ministry.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/raw_store.h"

namespace casebridge::test {

inline std::filesystem::path store_of(DemoMinistry const& node) {
    return node.directory() / "state" / "casebridge.db";
}

/// The key and the first bytes of what a column of `table` names, as somebody with the store's key sees them.
struct Content {
    Bytes key, sealed;
};
inline Content content_of(std::filesystem::path const& file, std::string const& number) {
    RawStore raw(file, demo_store_key());
    auto const id = raw.run(number);
    BOOST_REQUIRE(!id.empty());
    return {must(from_hex(raw.run("SELECT hex(key) FROM content_keys WHERE content = " + id))),
            must(from_hex(raw.run("SELECT hex(substr(sealed, 1, 200)) FROM contents WHERE id = " + id)))};
}
inline void check_gone(std::filesystem::path const& file, Content const& content) {
    auto const pages = decrypted_pages(file, demo_store_key());
    BOOST_CHECK(!contains(pages, content.key));
    BOOST_CHECK(!contains(pages, content.sealed));
}
/// Of a store that is in use, too: while its log is being emptied a page may be seen in neither place.
inline void check_there(std::filesystem::path const& file, Content const& content) {
    eventually("the content is on a page", [&] {
        auto const pages = decrypted_pages(file, demo_store_key());
        return contains(pages, content.key) && contains(pages, content.sealed);
    });
}

}  // namespace casebridge::test
