#include "crypto/content_cipher.h"

#include "tests/support/check_code.h"

namespace casebridge::test {

BOOST_AUTO_TEST_SUITE(content_cipher)

BOOST_AUTO_TEST_CASE(content_of_any_size_survives_with_and_without_associated_data) {
    Secret const key = Secret::random(32);
    for (std::size_t const size : {0UL, 1UL, 16UL, 1000UL, 100000UL}) {
        auto const content = random_bytes(size);
        for (char const* row : {"", "row 7"}) {
            auto const sealed = encrypt_content(key, content, as_bytes(row));
            BOOST_CHECK_EQUAL(sealed.size(), size + 28);
            BOOST_CHECK(must(decrypt_content(key, sealed, as_bytes(row))) == content);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_content_is_never_encrypted_to_the_same_bytes) {
    Secret const key = Secret::random(32);
    BOOST_CHECK(encrypt_content(key, as_bytes("x"), {}) != encrypt_content(key, as_bytes("x"), {}));
}

BOOST_AUTO_TEST_CASE(changed_bytes_another_key_or_another_row_are_refused) {
    Secret const key = Secret::random(32);
    auto const sealed = encrypt_content(key, as_bytes("content"), as_bytes("row 7"));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] ^= 1;
        CHECK_CODE(decrypt_content(key, changed, as_bytes("row 7")), "content.corrupt");
    }
    CHECK_CODE(decrypt_content(Secret::random(32), sealed, as_bytes("row 7")), "content.corrupt");
    CHECK_CODE(decrypt_content(key, sealed, as_bytes("row 8")), "content.corrupt");
    CHECK_CODE(decrypt_content(key, sealed, {}), "content.corrupt");
    for (std::size_t size = 0; size < sealed.size(); ++size)
        CHECK_CODE(decrypt_content(key, ByteView(sealed).first(size), as_bytes("row 7")), "content.corrupt");
}

BOOST_AUTO_TEST_CASE(a_key_of_another_size_is_a_fault_of_ours) {
    BOOST_CHECK_THROW(encrypt_content(Secret::random(16), as_bytes("x"), {}), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
