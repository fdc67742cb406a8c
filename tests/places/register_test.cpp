// The register of municipalities as everybody finds it: which there are today, and where the names of before lead to.
#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "places/hex_map.hpp"
#include "places/world.hpp"

namespace forum::places {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Register : public test::PlacesTest {
protected:
    /// The members `key` of all pages of a list, in its order.
    std::vector<std::string> walk(const std::string& target, const char* key = "code") {
        std::vector<std::string> found;
        std::string cursor;
        do {
            const auto list = api(target + (cursor.empty() ? "" : (target.find('?') == target.npos ? "?cursor=" : "&cursor=") + cursor));
            for (const auto& item : list["items"]) {
                found.push_back(item[key]);
            }
            cursor = list["next"].is_null() ? "" : list["next"].get<std::string>();
        } while (!cursor.empty());
        return found;
    }
    std::vector<std::string> codes(const json& list) {
        std::vector<std::string> found;
        for (const auto& item : list) {
            found.push_back(item["code"]);
        }
        return found;
    }
    void change(const std::string& code, const std::string& assignment) {
        test::sql(database(), "UPDATE municipalities SET " + assignment + " WHERE code = $1", db::Params::of(code));
    }
};

TEST_F(Register, HasTheMunicipalitiesOfTodayOnceEach) {
    const auto all = walk("/municipalities");
    EXPECT_EQ(all.size(), 342U);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 342U);
    EXPECT_EQ(api("/municipalities")["count"], 342);
    EXPECT_THAT(page("/gemeenten"), HasSubstr("342 gemeenten"));
    std::size_t of_provinces = 0;
    const auto provinces = api("/municipalities")["provinces"];
    EXPECT_EQ(provinces.size(), 12U);
    for (const auto& province : provinces) {
        const auto of_one = walk("/municipalities?province=" + province["value"].get<std::string>());
        EXPECT_FALSE(of_one.empty()) << province;
        of_provinces += of_one.size();
    }
    EXPECT_EQ(of_provinces, 342U);
}

TEST_F(Register, AMunicipalityLivesUntilTheDayOfItsEnd) {
    change("GM1783", "valid_until = current_date + 1");
    EXPECT_EQ(walk("/municipalities").size(), 342U);
    EXPECT_EQ(api("/municipalities/GM1783")["isCurrent"], true);
    change("GM1783", "valid_until = current_date");
    EXPECT_EQ(walk("/municipalities").size(), 341U);
    EXPECT_EQ(api("/municipalities/GM1783")["isCurrent"], false);
}

TEST_F(Register, EveryOneThatEndedLeadsToOnesThatExist) {
    const auto ended =
        test::sql(database(), "SELECT code, name, valid_until::text AS until FROM municipalities WHERE valid_until IS NOT NULL");
    EXPECT_EQ(ended.size(), 52U);
    for (const auto& row : ended) {
        const auto code = row.text("code"), name = row.text("name");
        const auto model = api("/municipalities/" + code);
        EXPECT_EQ(model["isCurrent"], false) << name;
        EXPECT_EQ(model["validUntilDate"], row.text("until")) << name;
        const auto successors = codes(model["successors"]);
        EXPECT_FALSE(successors.empty()) << name;
        const auto found = walk("/municipalities?q=" + std::regex_replace(name, std::regex{" "}, "+"));
        EXPECT_THAT(found, Not(testing::Contains(code))) << name;
        for (const auto& successor : successors) {
            const auto heir = api("/municipalities/" + successor);
            EXPECT_EQ(heir["isCurrent"], true) << name << " -> " << successor;
            EXPECT_THAT(codes(heir["predecessors"]), testing::Contains(code));
            EXPECT_THAT(found, testing::Contains(successor)) << name;
        }
    }
}

TEST_F(Register, AFormerNameLeadsToWhatTheMunicipalityBecame) {
    const auto found = api("/municipalities?q=brielle")["items"];
    ASSERT_EQ(codes(found), std::vector<std::string>{"GM1992"});
    EXPECT_EQ(found[0]["name"], "Voorne aan Zee");
    EXPECT_EQ(found[0]["formerName"], "Brielle");
    EXPECT_THAT(page("/gemeenten?zoek=Brielle"), HasSubstr("Hierin ging Brielle op"));

    const auto brielle = page("/gemeenten/GM0501");
    EXPECT_THAT(brielle, HasSubstr("Deze gemeente bestaat niet meer sinds zondag 1 januari 2023."));
    EXPECT_THAT(brielle, HasSubstr("href=\"/gemeenten/GM1992\">Voorne aan Zee</a>"));
    const auto heir = page("/gemeenten/GM1992");
    EXPECT_THAT(heir, HasSubstr("href=\"/gemeenten/GM0501\">Brielle</a> (tot zondag 1 januari 2023)"));
    EXPECT_THAT(heir, Not(HasSubstr("bestaat niet meer")));
}

TEST_F(Register, OneThatWasSplitLeadsToAllItsPartsTheLargestFirst) {
    EXPECT_THAT(codes(api("/municipalities/GM0788")["successors"]), ElementsAre("GM0824", "GM0865", "GM0757", "GM0855"));
    EXPECT_THAT(walk("/municipalities?q=haaren", "name"), testing::IsSupersetOf({"Boxtel", "Oisterwijk", "Tilburg", "Vught"}));
    EXPECT_THAT(codes(api("/municipalities/GM0053")["successors"]), ElementsAre("GM1966", "GM1969"));
}

TEST_F(Register, ANameOfTodayIsFoundHoweverItIsTyped) {
    for (const auto* typed : {"S%C3%BAdwest", "sudwest", "SUDWEST-FRYSLAN", "+sudwest-frysl%C3%A2n+"}) {
        const auto found = api(std::string{"/municipalities?q="} + typed)["items"];
        ASSERT_EQ(codes(found), std::vector<std::string>{"GM1900"}) << typed;
        EXPECT_EQ(found[0]["formerName"], "");
    }
    EXPECT_THAT(walk("/municipalities?q=den+haag"), ElementsAre("GM0518"));
    EXPECT_THAT(walk("/municipalities?q=%27s-gravenhage"), ElementsAre("GM0518"));
    EXPECT_THAT(walk("/municipalities?q=%25"), ElementsAre()) << "a sign is no pattern";
    EXPECT_THAT(page("/gemeenten?zoek=Atlantis"), HasSubstr("Geen gemeente gevonden met ‘Atlantis’"));
    EXPECT_EQ(get("/gemeenten/GM9999").status, 404);
}

/// Where the tops of the hexagons of each type ("" = none) are in the picture: row, place in it.
std::map<std::string, std::vector<std::pair<int, int>>> cells_by_letter(const std::string& svg) {
    std::map<std::string, std::vector<std::pair<int, int>>> cells;
    const std::regex path{R"~(<path data-type="([A-Z]?)" d="([^"]*)"/>)~"}, start{"M([0-9]+) ([0-9]+)"};
    for (std::sregex_iterator found{svg.begin(), svg.end(), path}, end; found != end; ++found) {
        const auto drawn = (*found)[2].str();
        for (std::sregex_iterator cell{drawn.begin(), drawn.end(), start}; cell != end; ++cell) {
            cells[(*found)[1]].emplace_back(std::stoi((*cell)[2]), std::stoi((*cell)[1]));
        }
    }
    return cells;
}

TEST_F(Register, OnTheMapEachHasACellOfItsOwnInTheColourOfItsType) {
    const auto cells = cells_by_letter(database().read([](db::Tx& tx) { return hex_map_svg(tx); }));
    std::map<std::string, std::size_t> counts;
    std::set<std::pair<int, int>> places;
    for (const auto& [letter, of_letter] : cells) {
        counts[letter] = of_letter.size();
        places.insert(of_letter.begin(), of_letter.end());
    }
    EXPECT_EQ(counts, (std::map<std::string, std::size_t>{{"", 335}, {"E", 2}, {"H", 1}, {"M", 3}, {"T", 1}}));
    ASSERT_EQ(places.size(), 342U) << "two stand on one place";
    constexpr int width = 14;
    for (auto left = places.begin(), right = std::next(left); right != places.end(); ++left, ++right) {
        EXPECT_TRUE(left->first != right->first || right->second - left->second >= width) << left->second << " " << left->first;
    }
    const auto off_the_map =
        test::sql(database(), "SELECT code FROM municipalities WHERE valid_until IS NULL AND (hex_q IS NULL OR hex_r IS NULL)");
    EXPECT_TRUE(off_the_map.empty());
}

TEST_F(Register, AnEmptyRegisterHasNoMap) {
    test::sql(database(), "DELETE FROM typology_assignments");
    test::sql(database(), "DELETE FROM municipality_successors");
    test::sql(database(), "DELETE FROM municipalities");
    EXPECT_EQ(database().read([](db::Tx& tx) { return hex_map_svg(tx); }), "");
    EXPECT_EQ(walk("/municipalities").size(), 0U);
}

}  // namespace
}  // namespace forum::places
