"""What an operator does: before the first visitor comes (migrate, seed, make an administrator) and when a new version comes. Rule: on a
database of its own beside the one that a server runs on; what only looks changes nothing, and a database that is behind is one clear line."""
import shutil
import unittest

from server import CHEAP, ROOT, Server, demo_folder, folder, run
from visitor import Visitor

PASSWORD = "een lang wachtwoord voor beheer"
NEW = "9999_more"  # after all that there are


def newer_program():
    """The SQL of a later version: one migration more."""
    sql = folder() / "sql"
    shutil.copytree(ROOT / "sql", sql)
    (sql / "migrations" / f"{NEW}.sql").write_text("CREATE TABLE later_version (id bigint PRIMARY KEY);\n")
    return sql


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.owner = Server(demo_folder())
        cls.addClassCleanup(cls.owner.end)
        cls.owner.start()

    def empty_database(self, name):
        """Beside the server's own."""
        self.owner.sql(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.owner.database_url().replace("dbname=forum", f"dbname={name}")

    def said(self, done, status=0):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def look(self, url, text):
        return Server(database=url).sql(text)

    def refused(self, done):
        """One clear line."""
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        line, = done.stderr.splitlines()
        return line

    def test_migrate_does_what_its_plan_says_and_then_nothing(self):
        url = self.empty_database("planned")
        names = sorted(file.stem for file in (ROOT / "sql/migrations").glob("*.sql"))
        plan = self.said(run("migrate", "--plan", "--database", url))
        planned = [line.removeprefix("would run ").removesuffix(".sql") for line in plan if line.startswith("would run ")]
        self.assertEqual(planned, names)
        self.assertEqual(self.look(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0", "a plan changes nothing")
        self.assertTrue(self.said(run("migrate", "--database", url)))
        self.assertEqual(self.look(url, "SELECT count(*) FROM forum_migrations"), str(len(names)))
        self.assertEqual(self.said(run("migrate", "--plan", "--database", url)), ["nothing to do"])
        before = self.look(url, "SELECT md5(string_agg(m::text, '')) FROM forum_migrations m")
        self.said(run("migrate", "--database", url))
        self.assertEqual(self.look(url, "SELECT md5(string_agg(m::text, '')) FROM forum_migrations m"), before)

    def test_migrate_starts_a_database_of_its_own_in_an_empty_folder(self):
        data = folder() / "data"
        for _ in range(2):
            self.assertEqual(self.said(run("migrate", "--data", data))[-1], "the database is up to date")
        self.assertEqual(self.said(run("check", "--data", data)), ["0 faults"])

    def test_seed_puts_reference_data_in_place_and_keeps_what_is_there(self):
        url = self.empty_database("seeded")
        rows = "SELECT (SELECT count(*) FROM municipalities), (SELECT count(*) FROM themes), (SELECT count(*) FROM typologies), (SELECT count(*) FROM members)"
        seeded = [self.said(run("seed", "--database", url))[-1:] + [self.look(url, rows)] for _ in range(2)]
        self.assertEqual(seeded[0], seeded[1])
        self.assertEqual(seeded[0][0], "reference data is in place")
        municipalities, themes, typologies, members = map(int, seeded[0][1].split("|"))
        self.assertGreater(municipalities, 300)
        self.assertGreater(themes, 5)
        self.assertEqual((typologies, members), (8, 0), "and nobody who can sign in")

    def test_an_administrator_is_made_and_can_sign_in(self):
        url = self.empty_database("administered")
        make = lambda email, name, typed: run("admin", "create", email, name, "--database", url, *CHEAP, typed=typed)  # noqa: E731
        self.assertEqual(self.said(make("beheer@gemeente.example", "Bo Beheer", PASSWORD + "\n")), ["beheer@gemeente.example can sign in as administrator"])
        server = Server(database=url, demo=False)
        self.addCleanup(server.end)
        server.start()
        visitor = Visitor(server.port)
        page = visitor.sign_in("beheer@gemeente.example", PASSWORD)
        self.assertEqual((page.status, page.path), (200, "/"))
        self.assertEqual(visitor.get("/moderatie").status, 200, "he is one of the staff")
        for email, name, typed, why in (("beheer@gemeente.example", "Nog Een", PASSWORD, "there is a member"), ("geen adres", "Bo Beheer", PASSWORD, "address"),
                                        ("ander@gemeente.example", "B", PASSWORD, "name"), ("ander@gemeente.example", "Bo Beheer", "te kort", "password")):
            with self.subTest(why):
                line = self.refused(make(email, name, typed + "\n"))
                self.assertIn(why, line)
                self.assertNotIn(typed, line)
        self.assertEqual(server.sql("SELECT count(*) FROM members"), "1")

    def test_wrong_use_is_one_clear_line(self):
        for wrong in (("migrate", "--plann"), ("seed", "nu"), ("admin",), ("admin", "create", "iemand@gemeente.example"), ("bestaat-niet",)):
            with self.subTest(" ".join(wrong)):
                done = run(*wrong)
                self.assertEqual(done.returncode, 2)
                self.refused(done)


class Upgrades(unittest.TestCase):
    def said(self, *arguments, code=0):
        """The lines on standard output; of a refusal the one line that says why."""
        done = run(*arguments)
        self.assertEqual(done.returncode, code, done)
        if code == 0:
            return done.stdout.splitlines()
        why = [line for line in done.stderr.splitlines() if line.startswith("forum: ")]
        self.assertEqual((len(why), done.stdout), (1, ""), done)
        return why[0]

    def check_upgrade(self, *where):
        """Of a database that is up to date: first the plan, then the others refuse, then the migration."""
        types = folder() / "types.csv"
        types.write_text("cbs_code,typology_slug,source\nGM0344,expatgemeenten,Een bron\n")
        looks = (["check"], ["figures"], ["import", "typologies", types, "--dry-run"])
        self.assertEqual(self.said("migrate", "--plan", *where), ["nothing to do"])
        for look in looks:
            self.said(*look, *where)

        later = (*where, "--sql-folder", newer_program())
        for _ in range(2):  # the first changed nothing
            plan = self.said("migrate", "--plan", *later)
            self.assertEqual(plan[0], f"would run {NEW}")
            self.assertIn("would replace 21_visible_posts", plan)
            for look in looks:
                self.assertIn("the database is behind this program", self.said(*look, *later, code=1))

        self.said("migrate", *later)
        self.assertEqual(self.said("migrate", "--plan", *later), ["nothing to do"])
        self.assertEqual(self.said("check", *later), ["0 faults"])
        self.assertIn("the database is newer than this program", self.said("migrate", "--plan", *where, code=1))

    def test_a_plan_only_shows_what_its_own_database_misses(self):
        data = folder() / "data"
        where = ("--data", data)
        for look in (["migrate", "--plan"], ["check"], ["figures"]):
            self.assertIn("there is no database in", self.said(*look, *where, code=1))
            self.assertFalse((data / "postgres").exists(), look)
        self.assertEqual(self.said("migrate", *where), ["the database is up to date"])
        self.said("seed", *where)
        self.check_upgrade(*where)

    def test_a_plan_only_shows_what_another_database_misses(self):
        server = Server(demo_folder())
        self.addCleanup(server.end)
        server.start()
        self.check_upgrade("--database", server.database_url())


if __name__ == "__main__":
    unittest.main()
