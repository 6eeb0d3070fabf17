#include "tests/support/officer_session.h"

#include "tests/support/check_code.h"

#include <memory>
#include <stdexcept>

#include <curl/curl.h>

namespace casebridge::test {
namespace {

std::size_t receive(char* data, std::size_t size, std::size_t count, void* into) {
    static_cast<std::string*>(into)->append(data, size * count);
    return size * count;
}

std::string encoded(std::string const& text) {
    constexpr char const* digits = "0123456789ABCDEF";
    std::string result;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 && byte < 128)
            result += c;
        else
            result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return result;
}

std::string target(std::string const& path, OfficerSession::Query const& query) {
    auto text = path;
    char separator = '?';
    for (auto const& [key, value] : query) {
        text += separator + key + '=' + encoded(value);
        separator = '&';
    }
    return text;
}

}  // namespace

Json OfficerAnswer::json() const {
    return must(parse_json(body));
}

std::string OfficerAnswer::code() const {
    auto const parsed = parse_json(body);
    return parsed && parsed->as_object() != nullptr ? parsed->text_or("code", "(none)") : "(none)";
}

std::string OfficerAnswer::summary() const {
    return status < 300 ? std::to_string(status) : std::to_string(status) + " " + code();
}

OfficerAnswer OfficerSession::get(std::string const& path, Query const& query) const {
    return perform("GET", target(path, query), "");
}

OfficerAnswer OfficerSession::remove(std::string const& path, Query const& query) const {
    return perform("DELETE", target(path, query), "");
}

OfficerAnswer OfficerSession::post(std::string const& path, Json const& body) const {
    return perform("POST", path, dump(body));
}

OfficerAnswer OfficerSession::put(std::string const& path, Json const& body) const {
    return perform("PUT", path, dump(body));
}

OfficerAnswer OfficerSession::perform(char const* method, std::string const& path, std::string const& body) const {
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> const handle(curl_easy_init(), curl_easy_cleanup);
    if (handle == nullptr) throw std::runtime_error("curl_easy_init");
    OfficerAnswer answer;
    auto const url = "http://localhost" + path;
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &answer.body);
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> const headers(
        curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
    if (!body.empty()) {
        curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
        curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, body.c_str());
    }
    auto const performed = curl_easy_perform(handle.get());
    // Thrown, not asserted: several threads may ask at once.
    if (performed != CURLE_OK)
        throw std::runtime_error(std::string(method) + ' ' + path + ": " + curl_easy_strerror(performed));
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
}

}  // namespace casebridge::test
