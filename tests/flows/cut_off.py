"""The trap of cut_off_test: the database ends the connection at a statement of its choice, and all rows are compared. Rule: which tables
are looked at stands here; which acts, there."""
from decisions_test import Decisions
from server import run

# What one act writes; rows that other work writes in the meantime would tell nothing.
TABLES = ["posts", "post_versions", "post_moves", "threads", "thread_acts", "thread_municipalities", "thread_typologies", "events",
          "idempotency_keys", "drafts", "cases", "decisions", "decision_chain", "measures", "reports", "content_notices",
          "content_notice_links", "appeals", "staff_notes", "standard_reasons", "moderation_rules", "moderation_rule_changes", "standing_holds",
          "moderator_scopes", "moderator_scope_changes", "mails", "members", "version_acts"]
# What follows by itself from an event or a visit, walls (on which nothing is decided), and what nobody writes while the forum runs.
OTHERS = ["sessions", "follows", "notices", "notice_cursor", "visits", "read_markers", "hidden_reads", "sender_reads", "walls", "wall_acts", "post_votes",
          "dealt_questions", "municipalities", "municipality_successors", "typologies", "typology_assignments", "themes", "house_rules",
          "forum_migrations", "forum_replaceable", "forum_append_only", "seeded_files"]
NEVER = 1000000
TRAP = f"""
CREATE SEQUENCE trap_statement; CREATE SEQUENCE trap_at MAXVALUE {NEVER};
SELECT setval('trap_at', {NEVER});
CREATE FUNCTION spring_trap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    -- The server does what was cut off once more by itself: then at the same statement again.
    IF nextval('trap_statement') % (SELECT last_value FROM trap_at) = 0 THEN
        PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5);
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGER = "CREATE TRIGGER trap AFTER {} ON {} FOR EACH STATEMENT EXECUTE FUNCTION spring_trap();"
ROWS = "SELECT " + ", ".join(f"(SELECT '{table} ' || md5(string_agg(r::text, chr(10) ORDER BY r::text)) FROM {table} r"
                             + (" WHERE topic NOT LIKE 'me/%')" if table == "events" else ")") for table in TABLES)


class CutOff(Decisions):
    statements = "INSERT OR UPDATE OR DELETE"  # what the trap looks at

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.sql(TRAP + "".join(TRIGGER.format(cls.statements, table) for table in TABLES))

    @staticmethod
    def trap_at(statement):
        return f"DO $$ BEGIN PERFORM setval('trap_at', {statement}), setval('trap_statement', 1, false); END $$"

    def look(self, first):
        """What a query says, and all rows."""
        *said, rows = self.server.sql(f"{first}; {ROWS}").splitlines()
        return said, rows.split("|")

    def cut_at_each_statement(self, prepare, act):
        """`act(subject)`: was it done? What was not, left nothing; until one is done that has no more statements to cut off."""
        refused, cuts, was_cut, subject = 0, 1, True, prepare()
        _, before = self.look(self.trap_at(cuts))
        while was_cut:
            is_done = act(subject)
            # What was cut off is tried again as it stands: the same look shows what was left and sets the next trap.
            (statements,), after = self.look("SELECT last_value FROM trap_statement;" + self.trap_at(NEVER if is_done else cuts + 1))
            was_cut = int(statements) >= cuts
            if is_done:
                self.assertNotEqual(after, before)
            else:
                self.assertEqual(after, before, f"cut off at statement {cuts}")
                refused += 1
            cuts += 1
            if is_done and was_cut:  # it was done at its second try
                subject = prepare()
                _, before = self.look(self.trap_at(cuts))
        self.assertGreater(refused, 0, "never cut off")

    def cut_off(self, acts):
        """`acts`: what stands before each, and the act, which answers as a door does."""
        def is_done(answer):
            self.assertTrue(answer.status < 400 or answer.status == 503, answer)
            return answer.status < 400

        for name, (prepare, act) in acts.items():
            with self.subTest(name):
                self.cut_at_each_statement(prepare, lambda subject, act=act: is_done(act(subject)))
        self.check()

    def check(self):
        checked = run("check", "--database", self.server.database_url())
        self.assertEqual((checked.returncode, checked.stdout), (0, "0 faults\n"), checked.stderr)

    def on(self, prepare, decision, **more):
        return prepare, lambda case: self.decide(case, decision, **more)

    def last_decision(self, case):
        return int(self.server.sql(f"SELECT max(id) FROM decisions WHERE case_id = {case}"))

    def accepted(self, answer):
        self.assertLess(answer.status, 300, answer)
        return answer

    def live(self):
        return self.reply(self.adviseur, self.start_thread())
