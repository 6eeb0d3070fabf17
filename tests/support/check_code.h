// Assertions on Result in Boost.Test: a negative test always names the exact code.
#pragma once

#include "crypto/result.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace casebridge::test {

template <typename T>
std::string code_of(Result<T> const& result) {
    return result ? std::string("(accepted)") : std::string(result.error().code);
}

/// The value, or the end of the test with the error's code and detail.
template <typename T>
T must(Result<T> result) {
    if (!result) BOOST_FAIL(std::string(result.error().code) + ": " + result.error().detail);
    return *std::move(result);
}

}  // namespace casebridge::test

#define CHECK_CODE(result, expected) BOOST_CHECK_EQUAL(::casebridge::test::code_of(result), expected)
#define CHECK_ACCEPTED(result) BOOST_CHECK_EQUAL(::casebridge::test::code_of(result), "(accepted)")
