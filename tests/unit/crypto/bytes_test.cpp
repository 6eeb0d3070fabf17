#include "crypto/bytes.h"

#include "crypto/digest.h"
#include "crypto/secret.h"
#include "tests/support/check_code.h"

namespace casebridge::test {

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(base64_meets_the_vectors_of_rfc_4648) {
    std::pair<char const*, char const*> const vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (auto const& [plain, encoded] : vectors) {
        BOOST_CHECK_EQUAL(to_base64(as_bytes(plain)), encoded);
        BOOST_CHECK_EQUAL(to_text(must(from_base64(encoded))), plain);
    }
}

BOOST_AUTO_TEST_CASE(base64_of_every_byte_and_length_survives) {
    Bytes all;
    for (int i = 0; i < 256; ++i) {
        all.push_back(static_cast<std::uint8_t>(i));
        BOOST_CHECK(must(from_base64(to_base64(all))) == all);
    }
}

BOOST_AUTO_TEST_CASE(base64_that_is_not_strict_is_refused) {
    for (char const* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm8", "Zm9v ", " Zm9v", "Zm\n9v",
                             "Zh==", "Zm9=", "Zm-_", "Zg==Zg==", "Z=g=", "Zm9v\n"})
        BOOST_TEST_CONTEXT(text) CHECK_CODE(from_base64(text), "encoding.bad_base64");
}

BOOST_AUTO_TEST_CASE(hexadecimal_is_written_in_lower_case_and_read_in_both) {
    BOOST_CHECK_EQUAL(to_hex(Bytes{0x00, 0x9f, 0xab}), "009fab");
    BOOST_CHECK(must(from_hex("009FaB")) == (Bytes{0x00, 0x9f, 0xab}));
    for (char const* text : {"0", "0g", "g0", "0x", " 00", "00 "})
        BOOST_TEST_CONTEXT(text) CHECK_CODE(from_hex(text), "encoding.bad_hex");
}

BOOST_AUTO_TEST_CASE(sha256_meets_the_vectors_of_fips_180) {
    BOOST_CHECK_EQUAL(sha256({}).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_CHECK_EQUAL(sha256(as_bytes("abc")).hex(),
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(a_digest_is_read_in_one_spelling_only) {
    auto const digest = sha256(as_bytes("abc"));
    BOOST_CHECK(must(Digest::from_hex(digest.hex())) == digest);
    BOOST_CHECK(must(Digest::from_bytes(digest.view())) == digest);
    auto upper = digest.hex();
    upper[0] = 'B';
    CHECK_CODE(Digest::from_hex(upper), "encoding.bad_digest");
    CHECK_CODE(Digest::from_hex(digest.hex().substr(2)), "encoding.bad_digest");
    CHECK_CODE(Digest::from_hex(digest.hex() + "00"), "encoding.bad_digest");
    CHECK_CODE(Digest::from_hex("zz" + digest.hex().substr(2)), "encoding.bad_digest");
    CHECK_CODE(Digest::from_bytes(digest.view().first(31)), "encoding.bad_digest");
}

BOOST_AUTO_TEST_CASE(random_bytes_have_the_size_asked_for_and_differ) {
    BOOST_CHECK_EQUAL(random_bytes(0).size(), 0U);
    BOOST_CHECK_EQUAL(random_bytes(33).size(), 33U);
    BOOST_CHECK(random_bytes(32) != random_bytes(32));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
