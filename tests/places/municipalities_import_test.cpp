// The import of a register: what it says, what it refuses, and that a municipality is never lost.
#include <gmock/gmock.h>

#include <regex>

#include "base/text.hpp"
#include "places/world.hpp"

namespace forum::places {
namespace {

using test::with_replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Rows of the register as it is.
const std::string urk_name{"GM0184,Urk,Urk,Urk,"};
const std::string brielle{"GM0501,Brielle,"};

class MunicipalitiesImport : public test::PlacesTest {
protected:
    ImportReport add(const std::string& csv, bool dry_run = false) { return import(import_municipalities, csv, dry_run); }
    /// Imports the changed register; expects that it is refused with this and that nothing changed.
    void expect_refused(const std::string& csv, const std::string& problem) {
        const auto before = rows_of("municipalities");
        for (const bool dry_run : {true, false}) {
            EXPECT_THAT(add(csv, dry_run).problems, ElementsAre(problem));
            EXPECT_EQ(rows_of("municipalities"), before) << problem;
        }
    }
    /// The row of a municipality in the register.
    std::string line_of(const std::string& code) const {
        const auto from = now.find("\n" + code + ",") + 1;
        return now.substr(from, now.find('\n', from) + 1 - from);
    }
    std::string number_of(const std::string& line) const {
        return std::to_string(1 + std::count(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(now.find(line)), '\n'));
    }

    std::string line_in_register(const std::string& code) {
        return test::sql(database(), "SELECT m::text AS line FROM municipalities m WHERE code = $1", db::Params::of(code))
            .one()
            .text("line");
    }

    const std::string now{test::read_seed("municipalities.csv")};
};

TEST_F(MunicipalitiesImport, OfTheRegisterAsItIsChangesNothing) {
    const auto report = add(now);
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_THAT(report.changes, IsEmpty());
    EXPECT_EQ(report.unchanged, 394U);
}

TEST_F(MunicipalitiesImport, OutlivesTheNextStart) {
    const auto seed = [&](const std::string& folder) {
        database().write([&](db::Tx& tx) { seed_reference_data(tx, folder); });
        return line_in_register("GM0184");
    };
    seed(test::seed_folder);
    EXPECT_THAT(add(with_replaced(now, urk_name, "GM0184,Nieuw Urk,Nieuw Urk,Urk,")).problems, IsEmpty());
    EXPECT_THAT(seed(test::seed_folder), HasSubstr("Nieuw Urk")) << "the file of the program is the older one";
}

TEST_F(MunicipalitiesImport, SaysWhatIsNewRenamedAndEnded) {
    const auto urk = line_of("GM0184");
    auto renamed = with_replaced(now, urk_name, "GM0184,Nieuw Urk,Nieuw Urk,Urk,");
    const auto westland = line_of("GM1783");
    const auto ended = westland.substr(0, westland.rfind(',')) + ",2026-01-01\n";
    renamed = with_replaced(renamed, westland,
                            ended + "GM8888,Groot Westland,Groot Westland,Groot Westland,Zuid-Holland,PV28,,,,,,,2026-01-01,\n");
    const auto before = rows_of("municipalities");
    const std::vector<std::string> expected{"GM0184 Urk -> Nieuw Urk", "GM1783 Westland: ends on 2026-01-01", "GM8888 Groot Westland: new"};

    EXPECT_THAT(add(renamed, true).changes, testing::UnorderedElementsAreArray(expected));
    EXPECT_EQ(rows_of("municipalities"), before) << "a dry run";

    const auto report = add(renamed);
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_THAT(report.changes, testing::UnorderedElementsAreArray(expected));
    EXPECT_EQ(report.unchanged, 392U);
    EXPECT_THAT(page("/gemeenten?zoek=Nieuw+Urk"), HasSubstr("href=\"/gemeenten/GM0184\">Nieuw Urk</a>"));
    EXPECT_EQ(api("/municipalities/GM1783")["isCurrent"], false);
    EXPECT_EQ(api("/municipalities/GM8888")["isCurrent"], true);
    EXPECT_EQ(api("/municipalities")["count"], 342);
    EXPECT_THAT(add(renamed).changes, IsEmpty());
}

TEST_F(MunicipalitiesImport, NamesEachColumnThatChanges) {
    const auto urk = line_of("GM0184");
    const auto province = with_replaced(now, urk, with_replaced(urk, ",Flevoland,PV24,", ",Friesland,PV21,"));
    const auto unnumbered = std::regex_replace(urk, std::regex{"(PV24,)[0-9]+,"}, "$0123,");
    for (const auto& [csv, change] : {std::pair{province, "GM0184 Urk: province, province_code"},
                                      std::pair{with_replaced(now, urk, unnumbered), "GM0184 Urk: population"}}) {
        EXPECT_THAT(add(csv, true).changes, ElementsAre(change));
        EXPECT_THAT(add(csv).changes, ElementsAre(change));
        EXPECT_THAT(add(csv).changes, IsEmpty());
        EXPECT_THAT(add(now).changes, ElementsAre(change));
    }
    EXPECT_THAT(page("/gemeenten/GM0184"), HasSubstr("Flevoland"));
}

TEST_F(MunicipalitiesImport, AnEndThatIsKnownIsSaidOnce) {
    const auto westland = line_of("GM1783");
    const auto ends = with_replaced(now, westland, westland.substr(0, westland.rfind(',')) + ",2099-01-01\n");
    EXPECT_THAT(add(ends).changes, ElementsAre("GM1783 Westland: ends on 2099-01-01"));
    EXPECT_THAT(add(ends).changes, IsEmpty());
    EXPECT_EQ(api("/municipalities/GM1783")["isCurrent"], true);
    EXPECT_THAT(add(now).changes, ElementsAre("GM1783 Westland: valid_until"));
}

TEST_F(MunicipalitiesImport, RefusesAFileWithoutAllColumns) {
    // What is not in the file would otherwise be taken from the register: no map, no figures.
    expect_refused(with_replaced(now, ",hex_q,", ",other,"), "line 1: the column hex_q is missing");
    expect_refused(with_replaced(now, ",population,", ",other,"), "line 1: the column population is missing");
}

TEST_F(MunicipalitiesImport, RefusesAFileThatMissesAMunicipality) {
    expect_refused(with_replaced(now, line_of("GM0501"), ""), "GM0501 Brielle is missing from the file");
}

TEST_F(MunicipalitiesImport, RefusesLinesThatAreNone) {
    const auto urk = line_of("GM0184");
    const auto at = "line " + number_of(urk) + ": ";
    const auto with_name = [&](const std::string& name) { return with_replaced(now, urk_name, "GM0184," + name + ","); };
    expect_refused(with_name(",Urk,Urk"), at + "GM0184 has no name or province");
    expect_refused(with_replaced(now, urk_name + "Flevoland,", urk_name + ","), at + "GM0184 has no name or province");
    expect_refused(now + urk, "line 396: GM0184 stands here twice");
    for (const std::string code : {"GM184", "PV0184", "GM01845", "GM018x", ""}) {
        expect_refused(now + code + urk.substr(6), "line 396: '" + code + "' is no municipality code (GM and four digits)");
    }
    const auto valid_until = [&](const std::string& date) {
        return with_replaced(now, urk, urk.substr(0, urk.rfind(',')) + "," + date + "\n");
    };
    for (const auto* date : {"1-1-2027", "2027", "2027/01/01", "2027-13-01", "2027-02-29", "2027-01-0x"}) {
        expect_refused(valid_until(date), at + "GM0184 has a date that is not YYYY-MM-DD");
    }
    const std::vector<std::pair<std::string, std::string>> no_numbers{
        {"population", "veel"},    {"population", "-5"}, {"population_year", "2023x"},     {"latitude", "noord"},
        {"longitude", "5.6 oost"}, {"hex_q", "1.5"},     {"hex_r", "99999999999999999999"}};
    const auto columns = base::split(now.substr(0, now.find('\n')), ',');
    for (const auto& [column, value] : no_numbers) {
        const auto place = std::find(columns.begin(), columns.end(), column) - columns.begin();
        auto values = base::split(urk, ',');
        values.at(static_cast<std::size_t>(place)) = value;
        std::string line;
        for (const auto& each : values) {
            line += (line.empty() ? "" : ",") + each;
        }
        expect_refused(with_replaced(now, urk, line), at + "GM0184: " + column + " is no number");
    }
    expect_refused(with_replaced(now, urk_name, "GM0184,\"Urk\"x,Urk,Urk,"), at + "text after a closing quote");
}

}  // namespace
}  // namespace forum::places
