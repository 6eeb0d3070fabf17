// Revocation lists: how they are read, whose they are, and what a pin that knows them says.
#include "crypto/revocation.h"

#include "crypto/authority.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

#include <boost/test/unit_test.hpp>

namespace casebridge::test {
namespace revocation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Thailand {
    Ministry ministry = Ministry::create("th-msdhs", Suite::p256_sha256);

    [[nodiscard]] RevocationList list(std::vector<Certificate> const& revoked = {}, Timestamp now = noon(),
                                      hours lifetime = hours(24)) const {
        return must(RevocationList::from_der(must(issue_crl(ministry.issuing, revoked, now, lifetime))));
    }
    /// A pin that has seen this list at `seen` and relies upon it for an hour.
    [[nodiscard]] PinnedRoot knowing(RevocationList const& list, Timestamp seen = noon()) const {
        return ministry.pin.with(std::make_shared<KnownRevocations const>(std::vector<KnownRevocations::Known>{
            {list, seen, seen, std::min<Timestamp>(list.next_update(), seen + hours(1))}}));
    }
    [[nodiscard]] Status verify(PinnedRoot const& pin, KeyAndCertificate const& what, Role role,
                                Timestamp at = noon()) const {
        return pin.verify(ministry.chain(what), role, at);
    }
};

}  // namespace
}  // namespace revocation

BOOST_FIXTURE_TEST_SUITE(revocation, Thailand)

BOOST_AUTO_TEST_CASE(a_list_says_what_is_revoked_since_when_and_why_and_takes_over_the_one_before) {
    std::map<std::string, RevokedEntry> const first{
        {serial_of(ministry.tls.certificate), {noon(), RevocationReason::key_compromise}}};
    auto const one = must(issue_revocation_list(ministry.issuing, first, noon(), hours(24), 0));
    auto entries = one.entries();
    entries[serial_of(ministry.signing.certificate)] = {noon() + hours(1), RevocationReason::unspecified};
    auto const two = must(issue_revocation_list(ministry.issuing, entries, noon(), hours(24), one.number()));
    BOOST_CHECK_EQUAL(two.number(), one.number() + 1);  // also within one millisecond
    BOOST_REQUIRE_EQUAL(two.entries().size(), 2U);
    auto const& entry = two.entries().at(serial_of(ministry.tls.certificate));
    BOOST_CHECK(entry.at == noon() && entry.reason == RevocationReason::key_compromise);
    BOOST_CHECK(two.next_update() == noon() + hours(24));
    auto const read = must(revocation_lists_from_pem(one.pem() + two.pem()));
    BOOST_REQUIRE_EQUAL(read.size(), 2U);
    BOOST_CHECK(read[1].der() == two.der());
}

BOOST_AUTO_TEST_CASE(what_is_not_exactly_one_list_is_malformed) {
    auto const good = list().der();
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_CODE(RevocationList::from_der(ByteView(good).first(size)), "crl.malformed");
    auto longer = good;
    longer.push_back(0);
    CHECK_CODE(RevocationList::from_der(longer), "crl.malformed");
    CHECK_CODE(RevocationList::from_der(Bytes(RevocationList::maximum_bytes + 1)), "crl.malformed");
    CHECK_CODE(revocation_lists_from_pem("no list"), "crl.malformed");
    CHECK_CODE(parse_revocation_reason("boredom"), "crl.unknown_reason");
    for (auto const* reason : {"unspecified", "key-compromise", "superseded", "cessation-of-operation"})
        BOOST_CHECK_EQUAL(to_text(must(parse_revocation_reason(reason))), reason);
}

BOOST_AUTO_TEST_CASE(a_list_counts_if_the_root_stands_behind_it_and_while_it_is_current) {
    auto const& pin = ministry.pin;
    std::vector<Certificate> const authorities{ministry.issuing.certificate};
    CHECK_ACCEPTED(pin.accept(list(), authorities, noon()));
    CHECK_CODE(pin.accept(list(), {}, noon()), "crl.not_of_this_authority");
    CHECK_CODE(pin.accept(list(), authorities, noon() + hours(24)), "crl.expired");
    CHECK_CODE(pin.accept(list({}, noon() + minutes(11)), authorities, noon()), "crl.not_yet_valid");
    auto const by_root = must(RevocationList::from_der(must(issue_crl(ministry.root, {}, noon(), hours(24)))));
    CHECK_ACCEPTED(pin.accept(by_root, {}, noon()));

    auto const twin = Ministry::create("th-msdhs", Suite::p256_sha256);  // of the same names, under another root
    auto const foreign = must(RevocationList::from_der(must(issue_crl(twin.issuing, {}, noon(), hours(24)))));
    CHECK_CODE(pin.accept(foreign, authorities, noon()), "crl.not_of_this_authority");
    CHECK_CODE(pin.accept(foreign, {twin.issuing.certificate}, noon()), "trust.chain_invalid");
    CHECK_CODE(pin.accept(list(), {ministry.tls.certificate}, noon()), "crl.not_of_this_authority");

    auto changed = list().der();
    changed.back() ^= 1;
    CHECK_CODE(pin.accept(must(RevocationList::from_der(changed)), authorities, noon()), "crl.bad_signature");
}

BOOST_AUTO_TEST_CASE(a_revoked_certificate_is_refused_in_every_role_and_the_others_are_not) {
    KeyAndCertificate const* const leaves[] = {&ministry.tls, &ministry.signing, &ministry.encryption};
    Role const roles[] = {Role::tls, Role::signing, Role::encryption};
    for (std::size_t revoked = 0; revoked < 3; ++revoked) {
        auto const pin = knowing(list({leaves[revoked]->certificate}));
        auto const accepted = code_of(Status(Done{}));
        for (std::size_t each = 0; each < 3; ++each) {
            auto const verdict = code_of(verify(pin, *leaves[each], roles[each]));
            BOOST_CHECK_EQUAL(verdict, each == revoked ? "trust.revoked" : accepted);
            BOOST_CHECK_EQUAL(pin.revocations()->revokes(ministry.chain(*leaves[each])), each == revoked);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_remembered_chain_is_refused_once_it_is_revoked) {
    CHECK_ACCEPTED(verify(ministry.pin, ministry.signing, Role::signing));
    CHECK_CODE(verify(knowing(list({ministry.signing.certificate})), ministry.signing, Role::signing), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(what_was_judged_before_the_revocation_stays_good) {
    auto const pin = knowing(list({ministry.signing.certificate}), noon() + minutes(10));
    CHECK_ACCEPTED(verify(pin, ministry.signing, Role::signing, noon() - seconds(1)));
    CHECK_CODE(verify(pin, ministry.signing, Role::signing, noon()), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(a_revocation_dated_ahead_counts_from_when_it_was_seen) {
    auto const dated = must(issue_revocation_list(
        ministry.issuing, {{serial_of(ministry.signing.certificate), {noon() + hours(5), {}}}}, noon(), hours(24), 0));
    auto const pin = knowing(dated, noon() + minutes(10));
    CHECK_ACCEPTED(verify(pin, ministry.signing, Role::signing, noon() + minutes(10) - seconds(1)));
    CHECK_CODE(verify(pin, ministry.signing, Role::signing, noon() + minutes(10)), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(a_list_that_was_not_seen_for_an_hour_or_is_over_is_relied_upon_no_more) {
    auto const pin = knowing(list());
    CHECK_ACCEPTED(verify(pin, ministry.tls, Role::tls, noon() + hours(1)));
    CHECK_ACCEPTED(pin.require_current(noon() + hours(1)));
    auto const late = noon() + hours(1) + seconds(1);
    CHECK_CODE(verify(pin, ministry.tls, Role::tls, late), "trust.no_current_crl");
    CHECK_CODE(pin.require_current(late), "trust.no_current_crl");
    CHECK_ACCEPTED(pin.verify_as_known(ministry.chain(ministry.tls), Role::tls, late));

    auto const short_lived = knowing(list({}, noon(), hours(1)), noon() + minutes(30));
    CHECK_ACCEPTED(verify(short_lived, ministry.tls, Role::tls, noon() + hours(1)));
    CHECK_CODE(verify(short_lived, ministry.tls, Role::tls, late), "trust.no_current_crl");
    // What is revoked stays so, however old the list.
    auto const revoked = knowing(list({ministry.tls.certificate}));
    CHECK_CODE(verify(revoked, ministry.tls, Role::tls, late), "trust.revoked");
    CHECK_CODE(revoked.verify_as_known(ministry.chain(ministry.tls), Role::tls, late), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(once_a_list_is_known_every_authority_needs_one) {
    auto const other = must(create_issuing_authority(ministry.node, ministry.root, Suite::p256_sha256, noon()));
    auto const leaf = must(issue_leaf(ministry.node, Role::tls, other, Suite::p256_sha256, noon()));
    std::vector<Certificate> const chain{leaf.certificate, other.certificate};
    CHECK_ACCEPTED(ministry.pin.verify(chain, Role::tls, noon()));  // nothing is known
    auto const pin = knowing(list());
    CHECK_CODE(pin.verify(chain, Role::tls, noon()), "trust.no_current_crl");
    CHECK_ACCEPTED(pin.verify_as_known(chain, Role::tls, noon()));
}

BOOST_AUTO_TEST_CASE(the_root_can_revoke_an_issuing_authority_with_all_it_has_issued) {
    auto const by_root = must(
        RevocationList::from_der(must(issue_crl(ministry.root, {ministry.issuing.certificate}, noon(), hours(24)))));
    CHECK_CODE(verify(knowing(by_root), ministry.tls, Role::tls), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(lists_that_revoke_the_same_are_told_from_those_that_do_not) {
    auto const known = [](RevocationList const& list) {
        return KnownRevocations({{list, noon(), noon(), noon() + hours(1)}});
    };
    auto const none = known(list()), later = known(list({}, noon() + hours(1)));
    auto const one = known(list({ministry.tls.certificate}));
    BOOST_CHECK(none.revokes_as_much_as(later));
    BOOST_CHECK(none.revokes_as_much_as(KnownRevocations({})));
    BOOST_CHECK(!none.revokes_as_much_as(one));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
