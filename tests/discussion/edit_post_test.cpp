#include "discussion/edit_post.hpp"

#include <gmock/gmock.h>

#include "discussion/post_states.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;
using testing::HasSubstr;
using testing::Not;

class EditPostTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        nova = world().member("Nova Nieuw", false);
        thread = world().thread(anna);
    }
    test::Answer edit(const access::Viewer& viewer, int number, int version, const std::string& body) {
        return world().send(viewer, http::Method::put, world().api(thread, number), {{"body", body}, {"version", version}});
    }
    std::string page(int number, const std::string& act) {
        return "/gesprekken/" + std::to_string(thread) + "/berichten/" + std::to_string(number) + act;
    }

    access::Viewer anna, nova;
    std::int64_t thread{0};
};

TEST_F(EditPostTest, ATrustedAuthorChangesALivePostWithHistory) {
    world().reply(anna, thread, "Wij doen een rondje langs de deuren.");
    EXPECT_EQ(edit(anna, 2, 1, "Wij doen **elke week** een rondje langs de deuren.").status, 200);
    const auto post = world().get(guest, world().api(thread, 2)).model;
    EXPECT_THAT(post["bodyHtml"], HasSubstr("<strong>elke week</strong>"));
    EXPECT_EQ(post["version"], 2);
    EXPECT_TRUE(post["isEdited"].get<bool>());
    const auto history = world().get(guest, world().api(thread, 2) + "/versions").model;
    ASSERT_EQ(history["versions"].size(), 2U);
    EXPECT_EQ(history["versions"][0]["version"], 2);
    EXPECT_TRUE(history["versions"][0]["isCurrent"].get<bool>());
    EXPECT_THAT(history["versions"][0]["diffHtml"], HasSubstr("<ins>**elke week** </ins>"));
    EXPECT_EQ(history["versions"][1]["diffHtml"], "");
    EXPECT_EQ(world().events_of("thread/" + std::to_string(thread)).back().kind, "post.edited");
    EXPECT_EQ(edit(anna, 2, 2, "Wij doen **elke week** een rondje langs de deuren.").status, 200);
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["version"], 2) << "the same text is no new version";
}

TEST_F(EditPostTest, AnOldVersionIsAConflictThatGivesBothTexts) {
    world().reply(anna, thread, "Eerste tekst.");
    edit(anna, 2, 1, "Tweede tekst.");
    const auto conflict = edit(anna, 2, 1, "Andere tekst.");
    EXPECT_EQ(conflict.status, 409);
    EXPECT_EQ(conflict.extra["version"], 2);
    EXPECT_EQ(conflict.extra["body"], "Tweede tekst.");
    const auto form = world().form(anna, page(2, "/wijzig"), "body=Andere+tekst.&version=1");
    EXPECT_EQ(form.status, 409);
    EXPECT_EQ(form.model["conflict"]["body"], "Tweede tekst.");
    EXPECT_EQ(form.model["body"], "Andere tekst.");
    EXPECT_EQ(form.model["version"], 2);
    const auto html = world().html(anna, form);
    EXPECT_THAT(html, HasSubstr("Tweede tekst."));
    EXPECT_THAT(html, HasSubstr("Andere tekst."));
    EXPECT_EQ(world().form(anna, page(2, "/wijzig"), "body=Andere+tekst.&version=2").status, 303);
}

TEST_F(EditPostTest, AWaitingPostCanBeChangedUntilItIsDecided) {
    world().reply(nova, thread, "Wacht.");
    EXPECT_EQ(edit(nova, 2, 1, "Wacht, maar beter.").status, 202);
    ASSERT_EQ(world().gate.held.size(), 2U);
    EXPECT_EQ(world().gate.held[1].version, 2);
    EXPECT_FALSE(world().gate.held[1].is_change);
    EXPECT_EQ(world().get(nova, world().api(thread, 2)).model["body"], "Wacht, maar beter.");
    EXPECT_EQ(world().events_of("thread/" + std::to_string(thread)).size(), 1U);
    const auto post = world().gate.held[0].post;
    database().write([&](db::Tx& tx) { return_to_author(tx, world().announcer, post, 2); });
    EXPECT_EQ(edit(nova, 2, 2, "Wacht, maar beter.").status, 202) << "returned text may be sent again as it is";
    EXPECT_EQ(world().get(nova, world().api(thread, 2)).model["state"], "waiting");
    database().write([&](db::Tx& tx) { reject(tx, world().announcer, post, 3); });
    EXPECT_EQ(edit(nova, 2, 3, "Nog eens.").status, 409);
}

TEST_F(EditPostTest, AChangeOfANewMemberWaitsAndReadersSeeTheOldText) {
    world().reply(nova, thread, "Eerste.");
    const auto post = world().gate.held[0].post;
    database().write([&](db::Tx& tx) { publish(tx, world().announcer, post, 1); });
    EXPECT_EQ(edit(nova, 2, 1, "Gewijzigd.").status, 202);
    EXPECT_TRUE(world().gate.held.back().is_change);
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Eerste.");
    EXPECT_EQ(world().get(guest, world().api(thread, 2) + "/versions").model["versions"].size(), 1U);
    EXPECT_EQ(world().get(nova, page(2, "/wijzig")).model["body"], "Gewijzigd.") << "one goes on from one's newest text";
    auto trusted = nova;
    trusted.is_trusted = true;
    EXPECT_EQ(edit(trusted, 2, 2, "Nu meteen.").status, 200);
    EXPECT_EQ(world().gate.settled.size(), 1U) << "the change that waited has no purpose any more";
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Nu meteen.");
    EXPECT_EQ(world().get(guest, world().api(thread, 2) + "/versions").model["versions"].size(), 2U) << "what was never live is not public";
    EXPECT_EQ(world().get(nova, world().api(thread, 2) + "/versions").model["versions"].size(), 3U);
}

TEST_F(EditPostTest, OthersMayNotAndFaultsAreTold) {
    world().reply(anna, thread, "Van Anna.");
    const auto bert = world().member("Bert Beta");
    EXPECT_EQ(edit(bert, 2, 1, "Van Bert?").status, 403);
    EXPECT_EQ(edit(world().moderator(), 2, 1, "Van mij?").status, 403);
    EXPECT_EQ(edit(guest, 2, 1, "Van wie?").status, 401);
    EXPECT_EQ(edit(anna, 99, 1, "Niets.").status, 404);
    EXPECT_EQ(world().get(bert, page(2, "/wijzig")).status, 403);
    const auto faults = world().send(anna, http::Method::put, world().api(thread, 2), {{"body", ""}, {"other", 1}});
    EXPECT_NE(faults.error("body"), "");
    EXPECT_NE(faults.error("version"), "");
    EXPECT_NE(faults.error("other"), "");
    sql(database(), "UPDATE threads SET is_closed = true, closed_reason = 'klaar' WHERE id = $1", db::Params::of(thread));
    EXPECT_EQ(edit(anna, 2, 1, "Te laat.").detail, "discussion.thread_closed");
}

TEST_F(EditPostTest, WithdrawAndUndoByRouteAreTheAuthorsAndIdempotent) {
    world().reply(anna, thread, "Van Anna.");
    const auto bert = world().member("Bert Beta");
    EXPECT_EQ(world().send(bert, http::Method::del, world().api(thread, 2)).status, 403);
    EXPECT_EQ(world().get(bert, page(2, "/intrekken")).status, 403);
    EXPECT_EQ(world().get(anna, page(2, "/intrekken")).model["action"], page(2, "/intrekken"));
    EXPECT_EQ(world().get(anna, page(2, "/terugzetten")).status, 409);
    EXPECT_EQ(world().send(anna, http::Method::del, world().api(thread, 2)).model["state"], "withdrawn");
    EXPECT_EQ(world().send(anna, http::Method::del, world().api(thread, 2)).status, 200);
    EXPECT_THAT(world().get(guest, world().api(thread)).model.dump(), Not(HasSubstr("Van Anna.")));
    EXPECT_EQ(world().get(guest, world().api(thread, 2) + "/versions").status, 404) << "the versions went with the text";
    EXPECT_EQ(world().send(bert, http::Method::del, world().api(thread, 2) + "/withdrawal").status, 403);
    const auto back = world().form(anna, page(2, "/terugzetten"), "nonce=1");
    EXPECT_EQ(back.status, 303);
    EXPECT_EQ(back.flash, "discussion.flash_undone");
    EXPECT_EQ(world().send(anna, http::Method::del, world().api(thread, 2) + "/withdrawal").status, 200);
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Van Anna.");
    world().reply(nova, thread, "Wacht.");
    EXPECT_EQ(world().send(nova, http::Method::del, world().api(thread, 3)).model["state"], "withdrawn");
    EXPECT_EQ(world().gate.settled.size(), 2U) << "of a live one as well: a change of it may lie with its author";
}

TEST_F(EditPostTest, AModeratorHidesAnOlderVersionAndShowsItAgain) {
    const auto bert = world().member("Bert Beta");
    world().reply(anna, thread, "Met een naam erin.");
    world().reply(bert, thread, "Ik haak aan.", 2);
    edit(anna, 2, 1, "Zonder naam.");
    const auto moderator = world().moderator();
    const auto versions = [&](const access::Viewer& viewer) { return world().get(viewer, world().api(thread, 2) + "/versions").model; };
    const auto change = [&](const access::Viewer& viewer, int version, bool is_hidden,
                            const std::string& reason = "Er stond een naam in.") {
        return world().send(viewer, http::Method::put, world().api(thread, 2) + "/versions/" + std::to_string(version),
                            {{"isHidden", is_hidden}, {"reason", reason}});
    };
    const auto quote = [&] { return world().get(guest, world().api(thread, 3)).model["replyTo"]["excerpt"]; };
    EXPECT_EQ(quote(), "Met een naam erin.");
    const int seq = world().get(guest, world().api(thread)).model["seq"];

    EXPECT_EQ(change(bert, 1, true).status, 404);
    EXPECT_EQ(change(moderator, 2, true).status, 409) << "what readers see is hidden as a post";
    EXPECT_EQ(change(moderator, 9, true).status, 404);
    EXPECT_NE(change(moderator, 1, true, " ").error("reason"), "");
    EXPECT_EQ(change(moderator, 1, true).status, 200);
    EXPECT_EQ(change(moderator, 1, true).status, 409) << "it is hidden";

    EXPECT_EQ(versions(guest)["versions"].size(), 1U);
    EXPECT_THAT(versions(guest).dump(), Not(HasSubstr("Met een naam")));
    EXPECT_EQ(quote(), "Zonder naam.") << "a quote shows what is there now";
    EXPECT_EQ(world().get(guest, world().api(thread)).model["seq"], seq + 1) << "open pages are told";
    EXPECT_EQ(versions(anna)["versions"][1]["hiddenReason"], "Er stond een naam in.");
    EXPECT_EQ(versions(anna)["versions"][1]["changeUrl"], "");
    EXPECT_THAT(world().html(moderator, world().get(moderator, "/gesprekken/" + std::to_string(thread) + "/berichten/2/versies")),
                HasSubstr("Toon deze versie weer"));

    EXPECT_EQ(change(moderator, 1, false, "Toch geen naam.").status, 200);
    EXPECT_EQ(versions(guest)["versions"].size(), 2U);
    EXPECT_EQ(sql(database(), "SELECT 1 FROM version_acts").size(), 2U) << "who did what stays";
}

}  // namespace
}  // namespace forum::discussion
