// The eight types, who is of which, and the import that says so.
#include <gmock/gmock.h>

#include <set>

#include "places/world.hpp"

namespace forum::places {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Types : public test::PlacesTest {
protected:
    /// A file with these rows under the usual header.
    ImportReport add(const std::string& rows, bool dry_run = false, const std::string& header = "cbs_code,typology_slug,source") {
        return import(import_typologies, header + "\n" + rows + "\n", dry_run);
    }
    std::string type_of(const std::string& code) {
        const auto typology = api("/municipalities/" + code)["typology"];
        return typology.is_null() ? "" : typology["slug"].get<std::string>();
    }
};

TEST_F(Types, AreEightWithALetterEach) {
    const auto items = api("/typologies")["items"];
    std::set<std::string> letters, names;
    for (const auto& item : items) {
        letters.insert(item["letter"].get<std::string>());
        names.insert(item["name"].get<std::string>());
        EXPECT_NE(item["description"], "");
        EXPECT_THAT(page(item["url"]), HasSubstr(item["name"].get<std::string>()));
    }
    EXPECT_EQ(letters.size(), 8U);
    EXPECT_EQ(names.size(), 8U);
    EXPECT_EQ(get("/typen/bestaat-niet").status, 404);
}

TEST_F(Types, OnlyTheOneWithoutASourceForItsNameSaysSo) {
    const auto items = api("/typologies")["items"];
    for (const auto& item : items) {
        const bool is_provisional = item["slug"] == "provinciesteden";
        EXPECT_EQ(item["isConfirmed"], !is_provisional) << item;
        const auto own = page(item["url"]);
        EXPECT_EQ(own.find("Deze naam is voorlopig.") != own.npos, is_provisional) << item;
    }
}

TEST_F(Types, SevenMunicipalitiesAreKnownAndAllOthersAreNotClassified) {
    const std::map<std::string, std::string> known{{"GM0184", "homogene-gemeenten"},
                                                   {"GM0362", "expatgemeenten"},
                                                   {"GM0363", "meerderheid-minderhedensteden"},
                                                   {"GM0518", "meerderheid-minderhedensteden"},
                                                   {"GM0599", "meerderheid-minderhedensteden"},
                                                   {"GM0626", "expatgemeenten"},
                                                   {"GM1783", "tuinbouwgemeenten"}};
    std::map<std::string, std::string> found;
    const auto items = api("/typologies")["items"];
    for (const auto& typology : items) {
        const auto slug = typology["slug"].get<std::string>();
        const auto model = api("/typologies/" + slug);
        EXPECT_EQ(model["municipalities"].size(), typology["municipalityCount"]) << slug;
        for (const auto& municipality : model["municipalities"]) {
            found[municipality["code"]] = slug;
        }
    }
    EXPECT_EQ(found, known);
    for (const auto& [code, slug] : known) {
        const auto assignment = api("/municipalities/" + code)["assignment"];
        EXPECT_NE(assignment["source"], "") << code;
        EXPECT_EQ(assignment["isExample"], false) << code;
    }
    EXPECT_EQ(api("/typologies")["unassignedCount"], 335);
    EXPECT_EQ(api("/typologies")["isExample"], false);
    EXPECT_THAT(page("/typen"), HasSubstr("335 gemeenten zijn nog niet ingedeeld."));
    EXPECT_EQ(api("/municipalities/GM0344")["typology"], nullptr);
    EXPECT_EQ(api("/municipalities/GM0344")["assignment"], nullptr);
    EXPECT_THAT(page("/gemeenten/GM0344"), HasSubstr("Nog niet ingedeeld"));
    EXPECT_THAT(page("/gemeenten/GM1783"), Not(HasSubstr("Nog niet ingedeeld")));
}

TEST_F(Types, AnExampleDivisionSaysSoAndLeavesWhatHasASource) {
    database().write([](db::Tx& tx) { seed_example_division(tx, test::seed_folder); });
    EXPECT_EQ(api("/typologies")["isExample"], true);
    EXPECT_THAT(page("/typen"), HasSubstr("Voorbeeldindeling, niet van de WRR"));
    EXPECT_THAT(page("/gemeenten/GM0344"), HasSubstr("Voorbeeldindeling, niet van de WRR"));
    EXPECT_THAT(page("/gemeenten/GM1783"), Not(HasSubstr("Voorbeeldindeling")));
    EXPECT_EQ(type_of("GM1783"), "tuinbouwgemeenten");
    // A statement with a source takes its place.
    EXPECT_THAT(add("GM0344,voorsteden,Een lijst").problems, IsEmpty());
    EXPECT_EQ(type_of("GM0344"), "voorsteden");
    EXPECT_THAT(page("/gemeenten/GM0344"), Not(HasSubstr("Voorbeeldindeling")));
}

TEST_F(Types, AnImportSaysWhatItChangesAndPagesShowIt) {
    const auto report =
        add("GM0344,voorsteden,\"WRR, lijst van 2018\"\n"
            "GM1783,provinciesteden,Een andere lijst\n"
            "GM0362,expatgemeenten,\"Nieuwsbrief Adviesraden over WRR, De nieuwe verscheidenheid (2018); De Stentor (mei 2018)\"");
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_THAT(report.changes,
                ElementsAre("GM0344 Utrecht: voorsteden (2018)", "GM1783 Westland: tuinbouwgemeenten -> provinciesteden (2018)"));
    EXPECT_EQ(report.unchanged, 1U);
    EXPECT_EQ(type_of("GM0344"), "voorsteden");
    EXPECT_EQ(type_of("GM1783"), "provinciesteden");
    EXPECT_THAT(page("/gemeenten/GM0344"), HasSubstr("Bron: WRR, lijst van 2018."));
    EXPECT_EQ(api("/typologies")["unassignedCount"], 334);
}

TEST_F(Types, ALaterEditionCountsAndTheEarlierOneStays) {
    EXPECT_THAT(add("GM1783,voorsteden,Nieuwe lijst,2024", false, "cbs_code,typology_slug,source,edition").changes,
                ElementsAre("GM1783 Westland: voorsteden (2024)"));
    EXPECT_EQ(type_of("GM1783"), "voorsteden");
    EXPECT_EQ(api("/municipalities/GM1783")["assignment"]["edition"], "2024");
    EXPECT_EQ(test::sql(database(), "SELECT count(*) AS n FROM typology_assignments WHERE municipality_code = 'GM1783'").one().integer("n"),
              2);
}

TEST_F(Types, WhatWasImportedStaysWhenTheProgramStartsAnew) {
    // Amsterdam is one that the program itself knows a type of.
    EXPECT_THAT(add("GM0363,voorsteden,Een betere lijst").problems, IsEmpty());
    database().write([](db::Tx& tx) { seed_reference_data(tx, test::seed_folder); });
    EXPECT_EQ(type_of("GM0363"), "voorsteden");
    EXPECT_THAT(page("/gemeenten/GM0363"), HasSubstr("Een betere lijst"));
    EXPECT_EQ(add("GM0363,voorsteden,Een betere lijst").unchanged, 1U);
}

TEST_F(Types, AFileWithoutAColumnIsOneProblem) {
    EXPECT_THAT(add("GM0344,voorsteden,Een lijst", false, "cbs_code,type,source").problems,
                ElementsAre("line 1: the column typology_slug is missing"));
}

TEST_F(Types, TheSameImportTwiceChangesNothingMore) {
    const std::string rows{"GM0344,voorsteden,Een lijst\nGM1783,provinciesteden,Een lijst"};
    add(rows);
    const auto before = rows_of("typology_assignments");
    const auto report = add(rows);
    EXPECT_THAT(report.changes, IsEmpty());
    EXPECT_EQ(report.unchanged, 2U);
    EXPECT_EQ(rows_of("typology_assignments"), before);
}

TEST_F(Types, ADryRunSaysTheSameAndChangesNothing) {
    const std::string rows{"GM0344,voorsteden,Een lijst\nGM1783,provinciesteden,Een lijst"};
    const auto before = rows_of("typology_assignments");
    const auto said = add(rows, true).changes;
    EXPECT_EQ(rows_of("typology_assignments"), before);
    EXPECT_EQ(said, add(rows).changes);
    EXPECT_NE(rows_of("typology_assignments"), before);
}

TEST_F(Types, OneWrongLineIsNamedAndNothingIsChanged) {
    const std::string good{"GM0344,voorsteden,Een lijst\n"};
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"GM9999,voorsteden,Een lijst", "line 3: unknown municipality code 'GM9999'"},
        {"Westland,voorsteden,Een lijst", "line 3: unknown municipality code 'Westland'"},
        {"GM0501,voorsteden,Een lijst", "line 3: GM0501 Brielle no longer exists; decide for its successors: GM1992 Voorne aan Zee"},
        {"GM0053,voorsteden,Een lijst",
         "line 3: GM0053 Winsum no longer exists; decide for its successors: GM1966 Het Hogeland, GM1969 Westerkwartier"},
        {"GM1783,tuinsteden,Een lijst", "line 3: unknown typology 'tuinsteden'"},
        {"GM1783,voorsteden,", "line 3: GM1783 has no source"},
        {"GM1783,voorsteden,\"  \"", "line 3: GM1783 has no source"},
        {"GM0344,provinciesteden,Een lijst", "line 3: GM0344 has a second type; the first is on line 2"},
        {"GM1783,voorsteden", "line 3: 2 values where 3 are expected"},
        {"GM1783,voorsteden,\"Een lijst", "line 3: a quoted value does not end"},
        {"GM1783,voorsteden,\"Een\" lijst", "line 3: text after a closing quote"},
        {"GM1783,voorsteden,Een \"lijst\"", "line 3: a quote inside a value without quotes"}};
    const auto before = rows_of("typology_assignments");
    for (const auto& [line, problem] : wrong) {
        for (const bool dry_run : {true, false}) {
            EXPECT_THAT(add(good + line, dry_run).problems, ElementsAre(problem));
            EXPECT_EQ(rows_of("typology_assignments"), before) << line;
        }
    }
    EXPECT_THAT(import(import_typologies, "").problems, ElementsAre("line 1: the file is empty"));
}

TEST_F(Types, EveryWrongLineIsNamedAtOnce) {
    const auto report = add("GM9999,voorsteden,Een lijst\nGM0344,voorsteden,Een lijst\nGM1783,tuinsteden,Een lijst");
    EXPECT_THAT(report.problems, ElementsAre("line 2: unknown municipality code 'GM9999'", "line 4: unknown typology 'tuinsteden'"));
    EXPECT_EQ(type_of("GM0344"), "");
}

}  // namespace
}  // namespace forum::places
