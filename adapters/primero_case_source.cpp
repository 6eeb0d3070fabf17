#include "adapters/primero_case_source.h"

#include "adapters/case_listing.h"
#include "adapters/primero_consent.h"
#include "adapters/primero_rows.h"
#include "adapters/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace casebridge {
namespace {

constexpr char const* cases = "/api/v2/cases";
constexpr std::size_t maximum_transitions = 1000;
constexpr std::size_t most_keys = 10'000;

std::string joined(std::vector<std::string> const& names) {
    std::string text;
    for (auto const& name : names) text += (text.empty() ? "" : ",") + name;
    return text;
}

/// The server's own key of a record; it becomes part of a path.
bool is_record_key(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
}

bool disabled(Json const& record) {
    auto const* const state = record.find("record_state");
    return state != nullptr && state->as_bool() != nullptr && !*state->as_bool();
}

/// The documents still write `inprogress`, the server `in_progress`.
Json with_one_spelling(Json const& transitions) {
    auto rows = Json::array();
    for (auto row : *transitions.as_array()) {
        if (row.as_object() == nullptr) continue;
        if (row.text_or("status") == "inprogress") row.set("status", "in_progress");
        rows.push(std::move(row));
    }
    return rows;
}

/// The smallest case numbers after a given one, with what the list shows of them. Of those that do not map, which take
/// no room of a page, the numbers alone.
class Smallest {
public:
    Smallest(std::string after, std::size_t limit) : after_(std::move(after)), limit_(limit) {}

    void add(std::string number, std::string key, SqlRow row) {
        if (!after_.empty() && number <= after_) return;
        auto& same = rows_[std::move(number)];
        same.try_emplace(std::move(key), std::move(row));  // a record that moved between two pages comes twice
        if (rows_.size() <= limit_ + 1) return;
        rows_.erase(std::prev(rows_.end()));
        unreadable_.erase(unreadable_.lower_bound({rows_.rbegin()->first, ""}), unreadable_.end());
    }
    void add_unreadable(std::string number, std::string key) {
        if (!after_.empty() && number <= after_) return;
        bool const beyond = rows_.size() > limit_ && number >= rows_.rbegin()->first;
        if (!beyond) unreadable_.emplace(std::move(number), std::move(key));
    }
    void fill(ListingPage& page) const {
        for (auto const& [number, same] : rows_) {
            for (auto const& [key, row] : same) {
                if (!page.next(number, row)) return;
            }
        }
    }
    [[nodiscard]] std::size_t unreadable() const { return unreadable_.size(); }

private:
    std::string after_;
    std::size_t limit_;
    std::map<std::string, std::map<std::string, SqlRow>> rows_;
    std::set<std::pair<std::string, std::string>> unreadable_;
};

class PrimeroCaseSource final : public CaseSource {
public:
    PrimeroCaseSource(FieldMap map, PrimeroSettings settings, std::unique_ptr<PrimeroApi> api)
        : map_(std::move(map)), settings_(std::move(settings)), api_(std::move(api)) {}

    Result<SourcedCase> load(CaseId const& id) override {
        if (!is_plain_case_number(id.text())) return not_found();
        api_->begin();
        ASSIGN_OR_RETURN(auto const record, find(id));
        ASSIGN_OR_RETURN(auto const transitions, transitions_of(primero_text(record, "id")));
        PrimeroRows rows(record, transitions, map_.table);
        ASSIGN_OR_RETURN(auto sourced, build_case(map_, id, rows));
        restrict_by_record(record, settings_, sourced.record.facts());
        return sourced;
    }

    Result<Page> list(std::string const& after, std::size_t limit, Date today) override {
        if (limit == 0) return Page{};
        api_->begin();
        auto const values = listing_values(map_);
        Smallest smallest(after, limit);
        ListingPage page(values, limit, today);
        std::size_t nameless = 0;
        auto const read = api_->each("list of cases", cases, {{"fields", fields_of(values)}}, [&](Json const& record) {
            if (!is_ours(record)) return true;
            auto number = primero_text(record, map_.id_column);
            auto row = row_of(record, values);
            if (number.empty()) {
                ++nameless;
            } else if (page.maps(number, row)) {
                smallest.add(std::move(number), primero_text(record, "id"), std::move(row));
            } else {
                smallest.add_unreadable(std::move(number), primero_text(record, "id"));
            }
            return true;
        });
        if (!read) return read.error();
        smallest.fill(page);
        auto finished = std::move(page).finish();
        finished.unreadable += smallest.unreadable();
        if (after.empty()) finished.unreadable += nameless;
        return finished;
    }

    Result<Changes> changes(ChangeMark const& after, std::size_t limit) override {
        if (!map_.changed) return no_changes();
        api_->begin();
        using Change = std::pair<std::string, std::string>;
        std::set<Change> first;  // the smallest after the mark: pages come in no promised order
        RETURN_IF_ERROR(each_change(after.change, [&](Json const& record) {
            Change change{primero_text(record, map_.changed->column), primero_text(record, map_.id_column)};
            if (change.first.empty() || change <= Change{after.change, after.id}) return;
            first.insert(std::move(change));
            if (first.size() > limit + 1) first.erase(std::prev(first.end()));
        }));
        Changes changes{{}, after, first.size() > limit};
        if (changes.more) first.erase(std::prev(first.end()));
        for (auto const& [change, id] : first) {
            changes.reached = {change, id};
            if (is_plain_case_number(id)) changes.cases.emplace_back(id);
        }
        return changes;
    }

    Result<ChangeMark> newest_change() override {
        if (!map_.changed) return no_changes();
        api_->begin();
        std::pair<std::string, std::string> newest;
        RETURN_IF_ERROR(each_change("", [&](Json const& record) {
            newest =
                std::max(newest, {primero_text(record, map_.changed->column), primero_text(record, map_.id_column)});
        }));
        return ChangeMark{newest.first, newest.second};
    }

    bool may_have_changed() override { return true; }

    Status check() override {
        api_->begin();
        ASSIGN_OR_RETURN(auto const answer,
                         api_->get("list of cases", cases, {{"fields", "id"}, {"per", "1"}, {"page", "1"}}));
        if (answer) return Done{};
        return Error{ErrorKind::unavailable, "source.query_failed", "the server has no cases of API v2"};
    }

private:
    static Error no_changes() {
        return {ErrorKind::invalid, "source.no_changes", "the field map names no `changed` column"};
    }

    /// Every record that can have changed since the day of `change`; a server that does not filter gives them all.
    Status each_change(std::string const& change, std::function<void(Json const&)> const& on_record) {
        PrimeroApi::Query query{{"fields", joined({"id", map_.id_column, map_.changed->column})}};
        constexpr std::size_t day = std::string_view("2026-11-25").size();
        if (change.size() >= day) query.emplace_back(map_.changed->column, change.substr(0, day) + "..2100-01-01");
        return api_->each("changes", cases, std::move(query), [&on_record](Json const& record) {
            on_record(record);
            return true;
        });
    }

    static Error not_found() { return {ErrorKind::not_found, "source.case_not_found", "no case of that number"}; }

    [[nodiscard]] bool is_ours(Json const& record) const {
        return !disabled(record) && (settings_.module.empty() || primero_text(record, "module_id") == settings_.module);
    }

    /// By its key, where it was found before: the server's search index may be behind, or just be built anew.
    Result<Json> find(CaseId const& id) {
        if (auto const known = keys_.find(id); known != keys_.end()) {
            auto record = record_of(known->second, id);
            if (record || record.error().code != "source.case_not_found") return record;
            keys_.erase(known);
        }
        auto const key = key_of(id);
        if (!key && key.error().code == "source.case_not_found") RETURN_IF_ERROR(index_is_there());
        if (!key) return key.error();
        auto record = record_of(*key, id);
        if (record && keys_.size() >= most_keys) keys_.clear();
        if (record) keys_.emplace(id, *key);
        return record;
    }

    /// Nothing found in an index without any case says nothing of the case: that would be final for what waits to be
    /// sent about it.
    Status index_is_there() {
        ASSIGN_OR_RETURN(auto const answer,
                         api_->get("list of cases", cases, {{"fields", "id"}, {"per", "1"}, {"page", "1"}}));
        bool const any = answer && answer->as_array() != nullptr && !answer->as_array()->empty();
        if (any) return Done{};
        return Error{ErrorKind::unavailable, "source.unavailable",
                     "the server's search finds no case at all: its index may be being built anew"};
    }

    /// The key of the one record with exactly this number.
    Result<std::string> key_of(CaseId const& id) {
        std::set<std::string> keys;
        PrimeroApi::Query query{{"query", id.text()},
                                {"fields", joined({"id", map_.id_column, "module_id", "record_state"})}};
        RETURN_IF_ERROR(api_->each("search for a case", cases, std::move(query), [&](Json const& record) {
            // SECURITY: the search also finds names that sound alike; only the number itself makes it this case.
            if (primero_text(record, map_.id_column) == id.text() && is_ours(record)) {
                keys.insert(primero_text(record, "id"));
            }
            return keys.size() < 2;
        }));
        if (keys.empty()) return not_found();
        if (keys.size() > 1) {
            return Error{ErrorKind::conflict, "source.ambiguous_case",
                         "field " + map_.id_column + " holds this case number more than once"};
        }
        if (is_record_key(*keys.begin())) return *keys.begin();
        return Error{ErrorKind::invalid, "source.bad_answer", "search for a case: `id` is no key of a record"};
    }

    /// The whole record, if it still is the case that was looked for.
    Result<Json> record_of(std::string const& key, CaseId const& id) {
        ASSIGN_OR_RETURN(auto found, api_->get("one case", std::string(cases) + "/" + key,
                                               {{"fields", joined(primero_fields(map_))}}));
        if (!found) return not_found();
        if (found->as_object() == nullptr) {
            return Error{ErrorKind::invalid, "source.bad_answer", "one case: `data` is no object"};
        }
        bool const same = primero_text(*found, "id") == key && primero_text(*found, map_.id_column) == id.text();
        if (!same || !is_ours(*found)) return not_found();
        return *std::move(found);
    }

    Result<Json> transitions_of(std::string const& key) {
        if (!reads_transitions(map_)) return Json();
        ASSIGN_OR_RETURN(auto const found, api_->get("transitions", std::string(cases) + "/" + key + "/transitions",
                                                     {{"types", "Referral,Transfer"}}));
        if (!found) return not_found();
        if (found->as_array() == nullptr || found->as_array()->size() > maximum_transitions) {
            return Error{ErrorKind::invalid, "source.bad_answer", "transitions: `data` is no list, or too long"};
        }
        return with_one_spelling(*found);
    }

    [[nodiscard]] std::string fields_of(MappedValues const& values) const {
        std::set<std::string> names = {"id", "module_id", "record_state", map_.id_column};
        for (auto const* const value : values) {
            if (!value->column.empty()) names.insert(value->column);
        }
        return joined({names.begin(), names.end()});
    }

    /// A value that cannot be read at all is one that does not map: the list counts the row as unreadable.
    static SqlRow row_of(Json const& record, MappedValues const& values) {
        SqlRow row;
        for (auto const* const value : values) {
            auto read = primero_value(record, *value);
            row.push_back(read ? *std::move(read) : unmappable_value());
        }
        return row;
    }

    FieldMap map_;
    PrimeroSettings settings_;
    std::unique_ptr<PrimeroApi> api_;
    std::map<CaseId, std::string> keys_;  ///< of cases that were found
};

}  // namespace

Result<std::unique_ptr<CaseSource>> make_primero_case_source(FieldMap map, Secret const& password,
                                                             std::unique_ptr<RestClient> client, RestTime time) {
    auto const settings = std::get<PrimeroSettings>(map.database);
    auto api = std::make_unique<PrimeroApi>(settings, password.duplicate(), std::move(client), std::move(time));
    RETURN_IF_ERROR(check_primero_codes(map, settings, *api));
    prepare_primero_map(map);
    return std::unique_ptr<CaseSource>(std::make_unique<PrimeroCaseSource>(std::move(map), settings, std::move(api)));
}

}  // namespace casebridge
