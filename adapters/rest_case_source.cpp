#include "adapters/rest_case_source.h"

#include "adapters/primero_case_source.h"
#include "adapters/rest_json_shape.h"
#include "crypto/certificate.h"

#include <atomic>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>

#include <cpprest/http_client.h>
#include <cpprest/json.h>
#include <pplx/threadpool.h>

namespace casebridge {
namespace {

namespace http = web::http;
using BodyBuffer = concurrency::streams::container_buffer<std::vector<std::uint8_t>>;

constexpr std::size_t library_threads = 2;                  // its default is 40
constexpr std::chrono::milliseconds cancel_patience{1000};  // a look-up of a name cannot be cancelled
constexpr std::string_view bearer_prefix = "Bearer ";

Error unavailable(std::string_view detail) {
    return {ErrorKind::unavailable, "source.unavailable", std::string(detail)};
}
Error bad_answer(std::string_view detail) {
    return {ErrorKind::invalid, "source.bad_answer", std::string(detail)};
}

/// Once in a process, before the library starts as many as it likes.
void limit_library_threads() {
    static std::once_flag once;
    std::call_once(once, [] {
        try {
            crossplat::threadpool::initialize_with_threads(library_threads);
        } catch (std::exception const&) {
            // Someone else in this process has started it: then the number is theirs.
        }
    });
}

/// What one request leaves behind while it runs; shared with the library, which may outlive our patience.
struct Exchange {
    explicit Exchange(std::size_t limit) : maximum_bytes(limit) {}

    std::size_t const maximum_bytes;
    BodyBuffer body;
    std::atomic<bool> too_large = false;
    std::promise<void> finished;
    std::exception_ptr failure;
    http::http_response response;
};

struct TooLarge : std::exception {};

Result<Json> to_json(web::json::value const& value);

Result<Json> to_json(web::json::object const& members) {
    Json::Object object;
    std::string const* previous = nullptr;
    for (auto const& [name, value] : members) {  // in order of their names
        if (previous != nullptr && *previous == name) return bad_answer("JSON has a key twice");
        previous = &name;
        ASSIGN_OR_RETURN(auto converted, to_json(value));
        object.emplace_back(name, std::move(converted));
    }
    return Json(std::move(object));
}

/// The depth is that of `check_json_shape`.
Result<Json> to_json(web::json::value const& value) {
    if (value.is_null()) return Json();
    if (value.is_boolean()) return Json(value.as_bool());
    if (value.is_string()) return Json(value.as_string());
    if (value.is_number()) {
        auto const& number = value.as_number();
        return number.is_int64() ? Json(number.to_int64()) : Json(value.serialize());
    }
    if (value.is_object()) return to_json(value.as_object());
    Json::Array array;
    for (auto const& element : value.as_array()) {
        ASSIGN_OR_RETURN(auto converted, to_json(element));
        array.push_back(std::move(converted));
    }
    return Json(std::move(array));
}

Result<Json> parse_body(std::string const& text) {
    if (text.find_first_not_of(" \r\n\t") == std::string::npos) return Json();
    RETURN_IF_ERROR(check_json_shape(text));
    try {
        return to_json(web::json::value::parse(text));
    } catch (std::exception const&) {  // its words quote what it read
        return bad_answer("no JSON");
    }
}

/// "example.gov" of "https://example.gov:443".
std::string host_of(std::string const& url) {
    return web::uri(url).host();
}

/// Trust in one root and one name; both checked by OpenSSL itself, beside what the library does.
class Trust {
public:
    Trust(std::string root_pem, std::string host) : root_pem_(std::move(root_pem)), host_(std::move(host)) {}

    void apply(boost::asio::ssl::context& context) {
        SSL_CTX* const native = context.native_handle();
        SSL_CTX_set_cert_store(native, X509_STORE_new());  // the system's roots, which the library has loaded, go
        context.add_certificate_authority(boost::asio::buffer(root_pem_));
        SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
        X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(native);
        X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        if (X509_VERIFY_PARAM_set1_ip_asc(expected, host_.c_str()) != 1 &&
            X509_VERIFY_PARAM_set1_host(expected, host_.c_str(), 0) != 1) {
            throw std::runtime_error("the host name cannot be checked");
        }
        SSL_CTX_set_cert_verify_callback(native, &Trust::verify, this);
    }
    /// Since the last call, was a certificate refused?
    bool take_refusal() { return refused_.exchange(false); }

private:
    static int verify(X509_STORE_CTX* chain, void* self) {
        int const verified = X509_verify_cert(chain);
        if (verified != 1) static_cast<Trust*>(self)->refused_ = true;
        return verified;
    }

    std::string root_pem_;
    std::string host_;
    std::atomic<bool> refused_ = false;
};

http::client::http_client_config configuration(PrimeroSettings const& settings, std::shared_ptr<Trust> trust) {
    http::client::http_client_config config;
    config.set_validate_certificates(true);
    config.set_max_redirects(0);
    config.set_proxy(web::web_proxy(web::web_proxy::disabled));
    config.set_timeout(settings.time_limit);
    // Owners of the trust: this callback, which the library keeps, and the client.
    config.set_ssl_context_callback([trust](boost::asio::ssl::context& context) { trust->apply(context); });
    return config;
}

http::method method_of(RestRequest::Method method) {
    switch (method) {
        case RestRequest::Method::get:
            return http::methods::GET;
        case RestRequest::Method::post:
            return http::methods::POST;
        case RestRequest::Method::del:
            return http::methods::DEL;
    }
    return http::methods::GET;
}

std::string target_of(RestRequest const& request) {
    std::string target = request.path;
    char separator = '?';
    for (auto const& [key, value] : request.query) {
        target += separator + web::uri::encode_data_string(key) + '=' + web::uri::encode_data_string(value);
        separator = '&';
    }
    return target;
}

/// Owners of the exchange: the caller, and the callbacks the library keeps until it is done.
http::http_request to_http(RestRequest const& request, std::shared_ptr<Exchange> const& exchange) {
    http::http_request outgoing(method_of(request.method));
    outgoing.set_request_uri(target_of(request));
    outgoing.headers().add(http::header_names::accept, "application/json");
    if (request.bearer != nullptr) {
        outgoing.headers().add(http::header_names::authorization,
                               std::string(bearer_prefix) + to_text(request.bearer->reveal()));
    }
    if (!request.body.empty()) outgoing.set_body(to_text(request.body.reveal()), "application/json");
    outgoing.set_response_stream(exchange->body.create_ostream());
    outgoing.set_progress_handler([exchange](http::message_direction::direction direction, utility::size64_t bytes) {
        if (direction != http::message_direction::download || bytes <= exchange->maximum_bytes) return;
        exchange->too_large = true;
        throw TooLarge();  // the library's way to end a request that still arrives
    });
    return outgoing;
}

class CpprestClient final : public RestClient {
public:
    CpprestClient(PrimeroSettings const& settings, std::shared_ptr<Trust> trust)
        : maximum_answer_bytes_(settings.maximum_answer_bytes),
          trust_(trust),
          client_(settings.url, configuration(settings, trust)) {}

    Result<RestAnswer> send(RestRequest const& request, std::chrono::milliseconds limit) override {
        try {
            return exchange(request, limit);
        } catch (std::exception const&) {  // its words may hold an address, a header, or a part of the answer
            return unavailable("the request could not be made");
        }
    }

private:
    Result<RestAnswer> exchange(RestRequest const& request, std::chrono::milliseconds limit) {
        auto const shared = std::make_shared<Exchange>(maximum_answer_bytes_);  // owners: see `to_http`
        pplx::cancellation_token_source cancelling;
        auto finished = shared->finished.get_future();
        client_.request(to_http(request, shared), cancelling.get_token())
            .then([](http::http_response const& response) { return response.content_ready(); })
            .then([shared](pplx::task<http::http_response> const& task) {
                try {
                    shared->response = task.get();
                } catch (...) {
                    shared->failure = std::current_exception();
                }
                shared->finished.set_value();
            });
        if (finished.wait_for(limit) != std::future_status::ready) {
            cancelling.cancel();
            finished.wait_for(cancel_patience);
            return unavailable("the server did not answer in time");
        }
        return shared->failure ? failure(*shared) : answer(*shared);
    }

    Error failure(Exchange const& shared) {
        if (trust_->take_refusal()) {
            return {ErrorKind::unauthentic, "source.untrusted",
                    "the server's certificate does not lead to `root_certificate`, names another host, or has ended"};
        }
        if (shared.too_large) return too_large();
        return unavailable("no connection to the server, or it was lost");
    }
    static Error too_large() {
        return {ErrorKind::invalid, "source.value_too_large", "an answer over maximum_answer_mib"};
    }

    static Result<RestAnswer> answer(Exchange& shared) {
        auto const header = [&shared](std::string const& name) {
            auto const found = shared.response.headers().find(name);
            return found == shared.response.headers().end() ? std::string() : found->second;
        };
        auto const& bytes = shared.body.collection();
        if (bytes.size() > shared.maximum_bytes) return too_large();
        RestAnswer answer;
        answer.status = shared.response.status_code();
        answer.retry_after = header(http::header_names::retry_after);
        std::string const authorization = header(http::header_names::authorization);
        if (authorization.starts_with(bearer_prefix)) {
            answer.bearer = Secret::from_text(std::string_view(authorization).substr(bearer_prefix.size()));
        }
        if (answer.status != http::status_codes::OK) return answer;  // what errors say is not for us
        auto const encoding = header(http::header_names::content_encoding);
        if (!encoding.empty() && encoding != "identity") return bad_answer("a compressed answer nobody asked for");
        ASSIGN_OR_RETURN(answer.body, parse_body(std::string(bytes.begin(), bytes.end())));
        return answer;
    }

    std::size_t maximum_answer_bytes_;
    std::shared_ptr<Trust> trust_;  // owners: this and the library's configuration
    http::client::http_client client_;
};

}  // namespace

bool rest_is_built_in() {
    return true;
}

Result<std::unique_ptr<RestClient>> make_rest_client(PrimeroSettings const& settings) {
    std::ifstream file(settings.root_certificate, std::ios::binary);
    std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file || !Certificate::from_pem(pem)) {
        return Error{ErrorKind::invalid, "source.bad_root",
                     settings.root_certificate.string() + ": expected a certificate in PEM"};
    }
    try {
        limit_library_threads();
        auto trust = std::make_shared<Trust>(std::move(pem), host_of(settings.url));  // owners: see CpprestClient
        return std::unique_ptr<RestClient>(std::make_unique<CpprestClient>(settings, std::move(trust)));
    } catch (std::exception const&) {
        return Error{ErrorKind::invalid, "source.bad_root", "the client cannot be set up with this url and root"};
    }
}

Result<std::unique_ptr<CaseSource>> open_rest_case_source(FieldMap map, Secret const& password) {
    ASSIGN_OR_RETURN(auto client, make_rest_client(std::get<PrimeroSettings>(map.database)));
    return make_primero_case_source(std::move(map), password, std::move(client), real_time());
}

}  // namespace casebridge
