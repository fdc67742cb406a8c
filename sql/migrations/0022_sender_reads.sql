-- Who of the staff read who sent a report, a notice or an objection in, with his name and address (J4).

CREATE TABLE sender_reads (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id  bigint NOT NULL REFERENCES members,
    case_id    bigint NOT NULL REFERENCES cases,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sender_reads_case_idx ON sender_reads (case_id);
