#include "tests/bench/docket_bench.h"

#include "crypto/digest.h"
#include "daemon/cli/docket.h"
#include "policies/procedure/words.h"

#include <chrono>
#include <fstream>
#include <functional>
#include <stdexcept>

namespace casebridge::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t page_size = 1000;
constexpr int rounds = 3;

std::string hex_of(std::size_t number) {
    return sha256(as_bytes(std::to_string(number))).hex().substr(0, 32);
}

std::string time_of(std::size_t number) {
    using namespace std::chrono_literals;
    auto const begin = Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
    return to_rfc3339(begin + std::chrono::minutes(number * 37 % (330 * 24 * 60)));
}

/// As the daemon answers; nine in ten wait for somebody.
Json procedure(std::size_t number) {
    auto const kind = static_cast<ProcedureKind>(number % procedure_kind_count);
    auto json = Json::object();
    json.set("procedure", hex_of(number))
        .set("kind", to_text(kind))
        .set("purpose", to_text(purpose_of(kind)))
        .set("with", Json::object().set("node", "kh-mosvy").set("office", "poipet-transit-centre"))
        .set("office", "datip")
        .set("side", number % 2 == 0 ? "initiator" : "responder")
        .set("subject", hex_of(number + 1'000'000))
        .set("case", "TH-2569-" + std::to_string(number))
        .set("stage", to_text(static_cast<Stage>(1 + number % (stage_count - 1))))
        .set("urgency", number % 20 == 0 ? "urgent" : "ordinary");
    if (number % 10 != 0) {
        json.set("awaited", Json::object()
                                .set("side", "responder")
                                .set("us", number % 3 == 0)
                                .set("for", to_text(static_cast<DeadlineKind>(number % deadline_kind_count)))
                                .set("since", time_of(number))
                                .set("due", time_of(number + 200))
                                .set("overdue", time_of(number + 202))
                                .set("expires", time_of(number + 3000))
                                .set("state", number % 4 == 0 ? "overdue" : "waiting"));
    }
    return json.set("opened_at", time_of(number))
        .set("updated_at", time_of(number + 100))
        .set("offered_on", "2026-11-20")
        .set("signed", Json::object().set("us", false).set("them", false))
        .set("steps", 2)
        .set("last_step", "accept")
        .set("last_by_us", number % 2 == 0);
}

std::vector<std::string> pages_of(std::size_t count) {
    std::vector<std::string> pages;
    for (std::size_t number = 0; number < count;) {
        auto list = Json::array();
        for (std::size_t i = 0; i < page_size && number < count; ++i) list.push(procedure(number++));
        pages.push_back(dump(Json::object().set("procedures", std::move(list))));
    }
    return pages;
}

/// The best of some rounds, in seconds.
double seconds(std::function<void()> const& work) {
    double best = 0;
    for (int i = 0; i < rounds; ++i) {
        auto const start = Clock::now();
        work();
        auto const passed = std::chrono::duration<double>(Clock::now() - start).count();
        if (best == 0 || passed < best) best = passed;
    }
    return best;
}

void write(std::filesystem::path const& file, std::string const& bytes) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    if (!out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush())
        throw std::runtime_error("the bound could not be written");
}

template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code));
    return *std::move(result);
}

cli::Docket read_all(std::vector<std::string> const& pages) {
    auto docket = must(cli::read_docket_head(must(parse_json(
        R"({"us":{"node":"th-msdhs","name":"A"},"with":{"node":"kh-mosvy","name":"B"},)"
        R"("time":"2026-11-28T18:30:00.000Z","held_on":"2026-11-02","recorded_at":"2026-11-03T02:00:00.000Z"})"))));
    for (auto const& text : pages) {
        auto page =
            must(cli::read_procedure_page(must(parse_json(text, {.bytes = 8U << 20, .members = 200'000})), true));
        for (auto& each : page.procedures) docket.procedures.push_back(std::move(each));
    }
    return docket;
}

}  // namespace

Figures measure_docket(std::size_t count, std::filesystem::path const& directory) {
    std::string const group = "docket over " + std::to_string(count) + " open procedures";
    auto const rate = [count](double took) { return static_cast<double>(count) / took; };
    auto const pages = pages_of(count);
    Figures figures;

    auto const parsed = seconds([&] {
        for (auto const& text : pages) must(parse_json(text, {.bytes = 8U << 20, .members = 200'000}));
    });
    cli::Docket docket;
    auto const read = seconds([&] { docket = read_all(pages); });
    figures.push_back(
        {group, "read from the daemon's answers", rate(read), "/s", "the same JSON parsed", rate(parsed)});

    std::vector<Wording> wordings;
    for (auto const* language : {"en", "th", "km"}) wordings.push_back(must(Wording::built_in(language)));
    std::vector<Wording const*> languages;
    for (auto const& wording : wordings) languages.push_back(&wording);
    auto const file = directory / "docket";
    auto const measure = [&](std::string const& name, std::function<std::string()> const& render) {
        std::string text;
        auto const took = seconds([&] { text = render(); });
        auto const written = seconds([&] { write(file, text); });
        figures.push_back({group, name, rate(took), "/s", "the same bytes written to a file", rate(written)});
        figures.push_back({group, name + ", size", static_cast<double>(text.size()) / (1 << 20), "MiB"});
    };
    measure("HTML in three languages", [&] { return cli::docket_html(docket, languages); });
    measure("CSV", [&] { return cli::docket_csv(docket, languages); });

    auto const json = cli::docket_json(docket);
    auto const dumped = seconds([&] { dump(json); });
    auto const made = seconds([&] { dump(cli::docket_json(docket)); });
    figures.push_back({group, "JSON", rate(made), "/s", "the same JSON serialised", rate(dumped)});
    std::filesystem::remove(file);
    return figures;
}

}  // namespace casebridge::bench
