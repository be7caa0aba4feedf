-- Only what SQLite and PostgreSQL understand alike. Times are milliseconds since 1970, in UTC.

CREATE TABLE learners (
    id TEXT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL
);

-- A learner takes a course.
CREATE TABLE enrolments (
    learner TEXT NOT NULL REFERENCES learners (id),
    course TEXT NOT NULL,
    -- Where the learner's files lie.
    folder TEXT NOT NULL,
    -- The lesson or exercise they were at.
    part TEXT,
    seen BIGINT NOT NULL,
    PRIMARY KEY (learner, course)
);

-- What became of a lesson or an exercise.
CREATE TABLE progress (
    learner TEXT NOT NULL,
    course TEXT NOT NULL,
    part TEXT NOT NULL,
    -- Digests of what the learner was given, by which a later version of the course is noticed.
    given TEXT NOT NULL,
    hints BIGINT NOT NULL,
    done BIGINT,
    solution_seen BIGINT,
    PRIMARY KEY (learner, course, part),
    FOREIGN KEY (learner, course) REFERENCES enrolments (learner, course)
);

CREATE TABLE submissions (
    learner TEXT NOT NULL,
    course TEXT NOT NULL,
    part TEXT NOT NULL,
    number BIGINT NOT NULL,
    submitted BIGINT NOT NULL,
    -- Of everything that decided the verdict.
    digest TEXT NOT NULL,
    status TEXT NOT NULL,
    passed BIGINT NOT NULL,
    tests BIGINT NOT NULL,
    PRIMARY KEY (learner, course, part, number),
    FOREIGN KEY (learner, course) REFERENCES enrolments (learner, course)
);
