// How long a yes is remembered, to the millisecond.
#include "crypto/chain_memory.h"

#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

namespace casebridge::test {
namespace chain_memory {
namespace {

struct Remembered {
    Remembered() { memory.remember(name, chain, ministry.root.certificate, noon()); }

    Ministry ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    std::vector<Certificate> chain = ministry.chain(ministry.signing);
    Digest name = ChainMemory::name_of(chain, Role::signing);
    ChainMemory memory;
};

constexpr std::chrono::milliseconds moment{1};

}  // namespace
}  // namespace chain_memory

BOOST_FIXTURE_TEST_SUITE(chain_memory, Remembered)

BOOST_AUTO_TEST_CASE(a_yes_is_remembered_for_ten_minutes_and_no_longer) {
    auto const end = noon() + ChainMemory::longest;
    BOOST_CHECK(memory.accepts(name, noon()));
    BOOST_CHECK(memory.accepts(name, end - moment));
    BOOST_CHECK(!memory.accepts(name, end));
}

BOOST_AUTO_TEST_CASE(before_it_was_given_there_was_no_yes) {
    BOOST_CHECK(!memory.accepts(name, noon() - moment));
}

BOOST_AUTO_TEST_CASE(a_yes_ends_with_the_first_certificate_that_expires) {
    auto const end = ministry.signing.certificate.not_after();
    ChainMemory other;
    other.remember(name, chain, ministry.root.certificate, end - std::chrono::minutes(1));
    BOOST_CHECK(other.accepts(name, end - moment));
    BOOST_CHECK(!other.accepts(name, end));
}

BOOST_AUTO_TEST_CASE(role_and_certificates_and_their_order_are_the_name) {
    BOOST_CHECK(!memory.accepts(ChainMemory::name_of(chain, Role::tls), noon()));
    BOOST_CHECK(!memory.accepts(ChainMemory::name_of({chain.front()}, Role::signing), noon()));
    BOOST_CHECK(!memory.accepts(ChainMemory::name_of({chain.back(), chain.front()}, Role::signing), noon()));
    BOOST_CHECK(memory.accepts(ChainMemory::name_of({chain.front(), chain.back()}, Role::signing), noon()));
}

BOOST_AUTO_TEST_CASE(many_chains_push_out_the_old_ones_rather_than_grow_without_end) {
    for (std::uint8_t i = 0; i < 64; ++i) memory.remember(sha256(Bytes{i}), chain, ministry.root.certificate, noon());
    BOOST_CHECK(!memory.accepts(name, noon()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
