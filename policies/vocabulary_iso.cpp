#include "policies/vocabulary_lists.h"

namespace casebridge {

namespace {

// ISO 3166-1 alpha-2, complete.
constexpr std::string_view countries[] = {
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB",
    "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY",
    "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX",
    "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK",
    "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS",
    "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR",
    "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA",
    "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE",
    "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM",
    "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG",
    "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF",
    "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY",
    "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW"};

// ISO 639-1 complete, and three-letter codes (ISO 639-2 and 639-3) of languages of the region that have no two-letter
// code. One spelling a language: "th", never "tha".
constexpr std::string_view languages[] = {
    "aa",  "ab",  "ae",  "af",  "ak",  "am",  "an",  "ar",  "as",  "av",  "ay",  "az",  "ba",  "be",  "bg",  "bh",
    "bi",  "bm",  "bn",  "bo",  "br",  "bs",  "ca",  "ce",  "ch",  "co",  "cr",  "cs",  "cu",  "cv",  "cy",  "da",
    "de",  "dv",  "dz",  "ee",  "el",  "en",  "eo",  "es",  "et",  "eu",  "fa",  "ff",  "fi",  "fj",  "fo",  "fr",
    "fy",  "ga",  "gd",  "gl",  "gn",  "gu",  "gv",  "ha",  "he",  "hi",  "ho",  "hr",  "ht",  "hu",  "hy",  "hz",
    "ia",  "id",  "ie",  "ig",  "ii",  "ik",  "io",  "is",  "it",  "iu",  "ja",  "jv",  "ka",  "kg",  "ki",  "kj",
    "kk",  "kl",  "km",  "kn",  "ko",  "kr",  "ks",  "ku",  "kv",  "kw",  "ky",  "la",  "lb",  "lg",  "li",  "ln",
    "lo",  "lt",  "lu",  "lv",  "mg",  "mh",  "mi",  "mk",  "ml",  "mn",  "mr",  "ms",  "mt",  "my",  "na",  "nb",
    "nd",  "ne",  "ng",  "nl",  "nn",  "no",  "nr",  "nv",  "ny",  "oc",  "oj",  "om",  "or",  "os",  "pa",  "pi",
    "pl",  "ps",  "pt",  "qu",  "rm",  "rn",  "ro",  "ru",  "rw",  "sa",  "sc",  "sd",  "se",  "sg",  "si",  "sk",
    "sl",  "sm",  "sn",  "so",  "sq",  "sr",  "ss",  "st",  "su",  "sv",  "sw",  "ta",  "te",  "tg",  "th",  "ti",
    "tk",  "tl",  "tn",  "to",  "tr",  "ts",  "tt",  "tw",  "ty",  "ug",  "uk",  "ur",  "uz",  "ve",  "vi",  "vo",
    "wa",  "wo",  "xh",  "yi",  "yo",  "za",  "zh",  "zu",  "ace", "ban", "bug", "ceb", "fil", "hil", "hmn", "hmv",
    "ilo", "kac", "kar", "khb", "khg", "kjg", "ksw", "lhu", "lis", "lus", "mad", "min", "mnw", "nod", "pam", "pwo",
    "rhg", "rki", "shn", "tdd", "tts", "tyz", "urk", "war", "yue", "nan", "wuu", "hak"};

// ISO 15924, those in living use.
constexpr std::string_view scripts[] = {"Arab", "Armn", "Beng", "Bopo", "Brai", "Bugi", "Cakm", "Cham", "Cyrl", "Deva",
                                        "Ethi", "Geor", "Grek", "Gujr", "Guru", "Hang", "Hani", "Hans", "Hant", "Hebr",
                                        "Hira", "Hmng", "Hmnp", "Java", "Jpan", "Kali", "Kana", "Khmr", "Knda", "Kore",
                                        "Lana", "Laoo", "Latn", "Lisu", "Mlym", "Mong", "Mroo", "Mtei", "Mymr", "Olck",
                                        "Orya", "Plrd", "Rohg", "Sinh", "Sund", "Syrc", "Tale", "Talu", "Taml", "Tavt",
                                        "Telu", "Tfng", "Tglg", "Thaa", "Thai", "Tibt", "Yiii", "Zxxx", "Zyyy"};

constexpr CodeList lists[] = {{"countries", countries}, {"languages", languages}, {"scripts", scripts}};

}  // namespace

std::span<CodeList const> iso_lists() {
    return lists;
}

}  // namespace casebridge
