#include "daemon/token_bucket.h"

#include <boost/test/unit_test.hpp>

using casebridge::TokenBucket;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(token_bucket)

namespace {

int taken_at(TokenBucket& bucket, TokenBucket::Instant now) {
    int taken = 0;
    while (taken < 1000 && bucket.take(now)) ++taken;
    return taken;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_burst_is_served_and_no_more) {
    TokenBucket::Instant const start{};
    TokenBucket bucket({.per_second = 2, .burst = 5}, start);
    BOOST_TEST(taken_at(bucket, start) == 5);
    BOOST_TEST(!bucket.take(start));
}

BOOST_AUTO_TEST_CASE(it_fills_at_its_rate_and_never_above_the_burst) {
    TokenBucket::Instant const start{};
    TokenBucket bucket({.per_second = 2, .burst = 5}, start);
    BOOST_TEST(taken_at(bucket, start) == 5);
    BOOST_TEST(!bucket.take(start + 499ms));
    BOOST_TEST(bucket.take(start + 500ms));
    BOOST_TEST(!bucket.take(start + 500ms));
    BOOST_TEST(taken_at(bucket, start + 24h) == 5);
}

BOOST_AUTO_TEST_CASE(asking_often_takes_nothing_away) {
    TokenBucket::Instant const start{};
    TokenBucket bucket({.per_second = 1, .burst = 1}, start);
    BOOST_TEST(bucket.take(start));
    int taken = 0;
    for (auto at = start; at <= start + 10s; at += 125ms) taken += bucket.take(at) ? 1 : 0;
    BOOST_TEST(taken == 10);
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_gives_nothing) {
    TokenBucket::Instant const start{1h};
    TokenBucket bucket({.per_second = 100, .burst = 1}, start);
    BOOST_TEST(bucket.take(start));
    BOOST_TEST(!bucket.take(start - 1min));
}

BOOST_AUTO_TEST_SUITE_END()
