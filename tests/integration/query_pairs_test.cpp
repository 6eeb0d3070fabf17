// What an asker could learn from answers that tell nothing: 10,000 pairs of questions, one about a reference nobody
// knows and one about a person whose consent is withdrawn, compared in everything that an asker sees.
//
// The comparison is a sign test on pairs: with no difference, each of the two is the larger one half of the time. It is
// tried on a planted difference of a millisecond first, which it must find.
#include "two_nodes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <condition_variable>
#include <random>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace query_pairs {
namespace {

#ifdef CASEBRIDGE_SANITIZED
constexpr std::size_t pairs = 200;
constexpr bool times_mean_something = false;  // every call takes several times as long
#else
constexpr std::size_t pairs = 10'000;
constexpr bool times_mean_something = true;
#endif
// Half of what two cores can answer: an answer whose work takes longer than the slot would leave a slot later.
constexpr std::size_t in_flight = 130;
constexpr auto slot = 500ms;
/// Of standard deviations: one run in 150,000 would exceed it by chance.
constexpr double most_deviation = 4.5;

/// What an asker sees of one answer.
struct Seen {
    double seconds = 0;
    std::size_t bytes = 0;
    std::string rest;  ///< status, media type, headers
};

/// How far the number of pairs in which the first is larger is from chance, in standard deviations; ties do not count.
template <typename Value>
double deviation(std::vector<std::array<Seen, 2>> const& seen, Value value) {
    double larger = 0, differing = 0;
    for (auto const& [first, second] : seen) {
        if (value(first) == value(second)) continue;
        ++differing;
        if (value(first) > value(second)) ++larger;
    }
    return differing == 0 ? 0 : (larger - differing / 2) / (std::sqrt(differing) / 2);
}

std::string automatic(std::string agreement) {
    auto const at = agreement.find("answering: officer", agreement.find("return_and_handover:"));
    BOOST_REQUIRE(at != std::string::npos);
    return agreement.replace(at, 18, "answering: automatic");
}

struct Pairs : TwoNodes {
    Pairs() : TwoNodes(automatic), subject(must(SubjectReference::parse(shared_subject()))) {
        withdraw_consent();
        thailand.stop();
        auto& config = thailand.config();
        config.query_answer_slot = slot;
        config.query_quota_per_peer = config.query_quota_per_office = 1'000'000;
        config.peer_quota = {100'000, 100'000};
        config.limits.connections_per_address = 4096;
        config.log_level = "error";
        thailand.start();
        recipient = thailand.identity().encryption_chain;
    }

    [[nodiscard]] std::string shared_subject() const { return thailand.outbox(delivered_message()).text_or("subject"); }
    [[nodiscard]] std::size_t log_size() const {
        return static_cast<std::size_t>(
            *thailand.officer().get("/v1/log").json().find("head")->find("size")->as_integer());
    }
    [[nodiscard]] Bytes sealed(SubjectReference const& about) const {
        auto const now = clock.now();
        Query const query{.id = MessageId::make(now, to_text(random_bytes(10))),
                          .from = {cambodia.id(), OfficeId("poipet-transit-centre")},
                          .to = {thailand.id(), OfficeId("datip")},
                          .sent_at = now,
                          .expires_at = now + 48h,
                          .purpose = Purpose::return_and_handover,
                          .agreement = agreement,
                          .subject = about};
        auto const inner =
            must(sign(as_bytes(to_payload(query)), ContentKind::message, Payload::attached, asker.signer, now));
        auto const envelope = must(seal(inner, recipient.front()));
        return Bytes(envelope.bytes().begin(), envelope.bytes().end());
    }

    /// Sends, and notes what comes back; waits while as many as possible are under way.
    void post(Bytes bytes, Seen& into) {
        {
            std::unique_lock lock(mutex);
            room.wait(lock, [this] { return under_way < in_flight; });
            ++under_way;
        }
        PeerCall call{.target = target,
                      .method = "POST",
                      .path = "/exchange/v1/queries",
                      .content_type = "application/cms",
                      .body = std::move(bytes)};
        auto const start = std::chrono::steady_clock::now();
        client.call(std::move(call), [this, &into, start](PeerClient::Outcome outcome) {
            std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
            into.seconds = took.count();
            if (auto const* answer = std::get_if<PeerClient::Answer>(&outcome)) {
                into.bytes = answer->response.body.size();
                into.rest = std::to_string(answer->response.status) + ' ' + answer->response.content_type;
                for (auto const& [name, value] : answer->response.headers)
                    if (name != "date" && name != "content-length") into.rest += ' ' + name + '=' + value;
                std::lock_guard lock(mutex);
                if (++kept % 100 == 0) samples.push_back(answer->response.body);
            }
            std::lock_guard lock(mutex);
            --under_way;
            room.notify_all();
        });
    }
    void wait_for_all() {
        std::unique_lock lock(mutex);
        room.wait(lock, [this] { return under_way == 0; });
    }

    NodeIdentity asker = cambodia.identity();
    std::vector<Certificate> recipient;
    Digest agreement = sha256(as_bytes(thailand.read("agreements/" + agreement_file)));
    PeerTarget target = thailand.target();
    SubjectReference subject;
    PeerClient client{cambodia.tls_identity(), in_flight};
    std::size_t under_way = 0, kept = 0;
    std::vector<Bytes> samples;
    std::mutex mutex;
    std::condition_variable room;
};

}  // namespace
}  // namespace query_pairs

BOOST_FIXTURE_TEST_SUITE(query_pairs, Pairs)

BOOST_AUTO_TEST_CASE(ten_thousand_pairs_show_an_asker_no_difference) {
    auto const before = log_size();
    std::vector<std::array<Seen, 2>> seen(pairs);
    std::mt19937 random(11);
    for (auto& [unknown, refused] : seen) {
        std::array<std::pair<SubjectReference, Seen*>, 2> both{
            {{SubjectReference::from_random(to_text(random_bytes(16))), &unknown}, {subject, &refused}}};
        if (random() % 2 == 0) std::swap(both[0], both[1]);
        for (auto const& [about, into] : both) post(sealed(about), *into);
    }
    wait_for_all();

    auto const seconds = [](Seen const& one) { return one.seconds; };
    auto const bytes = [](Seen const& one) { return one.bytes; };
    auto planted = seen;
    for (auto& pair : planted) pair[1].seconds += 0.001;
    if (times_mean_something) {
        BOOST_CHECK_MESSAGE(std::abs(deviation(planted, seconds)) > most_deviation,
                            "a planted millisecond is not found");
        BOOST_CHECK_MESSAGE(std::abs(deviation(seen, seconds)) < most_deviation, "time: " << deviation(seen, seconds));
    }
    BOOST_CHECK_MESSAGE(std::abs(deviation(seen, bytes)) < most_deviation, "size: " << deviation(seen, bytes));
    BOOST_TEST_MESSAGE("time " << deviation(seen, seconds) << ", size " << deviation(seen, bytes));
    std::size_t least = SIZE_MAX, most = 0, alike = 0;
    for (auto const& pair : seen) {
        alike += pair[0].rest == pair[1].rest && pair[0].rest.starts_with("200 application/cms") ? 1 : 0;
        for (auto const& one : pair) {
            least = std::min(least, one.bytes);
            most = std::max(most, one.bytes);
            BOOST_REQUIRE(one.seconds >= std::chrono::duration<double>(slot).count());
        }
    }
    BOOST_CHECK_EQUAL(alike, pairs);
    BOOST_CHECK_MESSAGE(most - least <= 8, "sizes from " << least << " to " << most);  // of the signature's two numbers
    BOOST_CHECK_EQUAL(log_size() - before, 2 * pairs);
    for (auto const& sample : samples) {
        auto const answer =
            must(parse_query_answer(to_text(opened(asker, sample, thailand.pin(), clock.now()).payload())));
        BOOST_CHECK(!answer.told);
    }
    BOOST_CHECK(!samples.empty());
}

BOOST_AUTO_TEST_SUITE_END()
