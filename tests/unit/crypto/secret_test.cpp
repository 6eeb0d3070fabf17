#include "crypto/secret.h"

#include "tests/support/check_code.h"

#include <type_traits>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(secret)

namespace {

template <typename T>
concept Printable = requires(std::ostream& out, T const& value) {
    out << value;
};

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(!Printable<Secret>);

}  // namespace

BOOST_AUTO_TEST_CASE(secrets_are_equal_when_their_bytes_are) {
    BOOST_CHECK(Secret::from_text("one") == Secret::from_text("one"));
    BOOST_CHECK(!(Secret::from_text("one") == Secret::from_text("two")));
    BOOST_CHECK(!(Secret::from_text("one") == Secret::from_text("one ")));
    BOOST_CHECK(Secret() == Secret::from_text(""));
}

BOOST_AUTO_TEST_CASE(a_moved_secret_leaves_nothing_behind) {
    Secret first = Secret::from_text("key");
    Secret second(std::move(first));
    BOOST_CHECK(first.empty());  // NOLINT: reading a moved-from secret is the point
    BOOST_CHECK(second == Secret::from_text("key"));
    Secret third = Secret::from_text("other");
    third = std::move(second);
    BOOST_CHECK(second.empty());  // NOLINT: as above
    BOOST_CHECK(third == Secret::from_text("key"));
}

BOOST_AUTO_TEST_CASE(taking_over_bytes_empties_the_callers_buffer) {
    Bytes bytes = to_bytes("key");
    Secret const secret(std::move(bytes));
    BOOST_CHECK(bytes.empty());  // NOLINT: reading a moved-from buffer is the point
    BOOST_CHECK_EQUAL(secret.size(), 3U);
}

BOOST_AUTO_TEST_CASE(a_duplicate_is_equal_and_independent) {
    Secret first = Secret::from_text("key");
    Secret const second = first.duplicate();
    first = Secret();
    BOOST_CHECK(second == Secret::from_text("key"));
}

BOOST_AUTO_TEST_CASE(random_secrets_have_the_size_asked_for_and_differ) {
    BOOST_CHECK_EQUAL(Secret::random(32).size(), 32U);
    BOOST_CHECK(!(Secret::random(32) == Secret::random(32)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
