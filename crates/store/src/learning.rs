//! One learner in one course.

use crate::{Result, Store};

/// Who learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnerId(pub String);

/// What they learn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseId(pub String);

/// A course that a learner takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    pub course: CourseId,
    /// Where the learner's files lie.
    pub folder: String,
    /// The part they were at.
    pub part: Option<String>,
}

/// What became of a part of the course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub part: String,
    /// What the learner was given, as its callers tell versions apart.
    pub given: String,
    pub hints: u32,
    pub done: bool,
    pub solution_seen: bool,
    pub submissions: u32,
    /// The latest submission.
    pub latest: Option<Submitted>,
}

/// What is remembered of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub status: String,
    pub passed: u32,
    pub tests: u32,
}

/// A submission that was graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Of everything that decided the verdict.
    pub digest: String,
    pub result: Submitted,
}

/// What is known of one learner in one course. Times are milliseconds since 1970.
#[derive(Clone, Debug)]
pub struct Learning {
    store: Store,
    learner: LearnerId,
    course: CourseId,
}

type Row = (String, String, i64, Option<i64>, Option<i64>, i64, Option<String>, Option<i64>, Option<i64>);

impl Store {
    pub fn learning(&self, learner: LearnerId, course: CourseId) -> Learning {
        Learning { store: self.clone(), learner, course }
    }

    /// The courses a learner takes, the one used last before the others.
    pub async fn enrolments(&self, learner: &LearnerId) -> Result<Vec<Enrolment>> {
        let rows: Vec<(String, String, Option<String>)> =
            sqlx::query_as("SELECT course, folder, part FROM enrolments WHERE learner = $1 ORDER BY seen DESC, course")
                .bind(&learner.0)
                .fetch_all(&self.pool)
                .await?;
        let enrolment = |(course, folder, part)| Enrolment { course: CourseId(course), folder, part };
        Ok(rows.into_iter().map(enrolment).collect())
    }
}

impl Learning {
    /// Takes the course, with files in this folder, or moves to that folder.
    pub async fn enrol(&self, folder: &str, now: i64) -> Result<()> {
        sqlx::query("INSERT INTO learners (id, since) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
            .bind(&self.learner.0)
            .bind(now)
            .execute(&self.store.pool)
            .await?;
        sqlx::query(
            "INSERT INTO enrolments (learner, course, folder, seen) VALUES ($1, $2, $3, $4)
             ON CONFLICT (learner, course) DO UPDATE SET folder = excluded.folder, seen = excluded.seen",
        )
        .bind(&self.learner.0)
        .bind(&self.course.0)
        .bind(folder)
        .bind(now)
        .execute(&self.store.pool)
        .await?;
        Ok(())
    }

    /// Notes where the learner is.
    pub async fn stand_at(&self, part: &str, now: i64) -> Result<()> {
        sqlx::query("UPDATE enrolments SET part = $3, seen = $4 WHERE learner = $1 AND course = $2")
            .bind(&self.learner.0)
            .bind(&self.course.0)
            .bind(part)
            .bind(now)
            .execute(&self.store.pool)
            .await?;
        Ok(())
    }

    /// Of every part that the learner has begun.
    pub async fn progress(&self) -> Result<Vec<Progress>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT progress.part, progress.given, progress.hints, progress.done, progress.solution_seen,
                    COALESCE(submissions.number, 0), submissions.status, submissions.passed, submissions.tests
             FROM progress LEFT JOIN submissions
               ON submissions.learner = progress.learner AND submissions.course = progress.course
              AND submissions.part = progress.part
              AND submissions.number = (SELECT MAX(number) FROM submissions AS latest
                                        WHERE latest.learner = progress.learner AND latest.course = progress.course
                                          AND latest.part = progress.part)
             WHERE progress.learner = $1 AND progress.course = $2 ORDER BY progress.part",
        )
        .bind(&self.learner.0)
        .bind(&self.course.0)
        .fetch_all(&self.store.pool)
        .await?;
        Ok(rows.into_iter().map(progress).collect())
    }

    /// Begins a part, or notes what of it the learner has been given by now.
    pub async fn give(&self, part: &str, given: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO progress (learner, course, part, given, hints) VALUES ($1, $2, $3, $4, 0)
             ON CONFLICT (learner, course, part) DO UPDATE SET given = excluded.given",
        )
        .bind(&self.learner.0)
        .bind(&self.course.0)
        .bind(part)
        .bind(given)
        .execute(&self.store.pool)
        .await?;
        Ok(())
    }

    /// Notes that so many hints of a part have been shown; they are never taken back.
    pub async fn show_hints(&self, part: &str, hints: u32) -> Result<()> {
        sqlx::query("UPDATE progress SET hints = $4 WHERE learner = $1 AND course = $2 AND part = $3 AND hints < $4")
            .bind(&self.learner.0)
            .bind(&self.course.0)
            .bind(part)
            .bind(i64::from(hints))
            .execute(&self.store.pool)
            .await?;
        Ok(())
    }

    /// Notes that a part is done. The first time counts.
    pub async fn finish(&self, part: &str, now: i64) -> Result<()> {
        sqlx::query("UPDATE progress SET done = $4 WHERE learner = $1 AND course = $2 AND part = $3 AND done IS NULL")
            .bind(&self.learner.0)
            .bind(&self.course.0)
            .bind(part)
            .bind(now)
            .execute(&self.store.pool)
            .await?;
        Ok(())
    }

    /// Notes that the solution was looked at. The first time counts.
    pub async fn show_solution(&self, part: &str, now: i64) -> Result<()> {
        sqlx::query(
            "UPDATE progress SET solution_seen = $4
             WHERE learner = $1 AND course = $2 AND part = $3 AND solution_seen IS NULL",
        )
        .bind(&self.learner.0)
        .bind(&self.course.0)
        .bind(part)
        .bind(now)
        .execute(&self.store.pool)
        .await?;
        Ok(())
    }

    /// Keeps a submission, unless the one before it was the same.
    pub async fn submit(&self, part: &str, submission: &Submission, now: i64) -> Result<()> {
        let Submission { digest, result } = submission;
        sqlx::query(
            "INSERT INTO submissions (learner, course, part, number, submitted, digest, status, passed, tests)
             SELECT $1, $2, $3, COALESCE(MAX(number), 0) + 1, $4, $5, $6, $7, $8 FROM submissions
             WHERE learner = $1 AND course = $2 AND part = $3
             HAVING NOT EXISTS (SELECT 1 FROM submissions AS latest
                                WHERE latest.learner = $1 AND latest.course = $2 AND latest.part = $3
                                  AND latest.digest = $5 AND latest.number =
                                      (SELECT MAX(number) FROM submissions AS every WHERE every.learner = $1
                                       AND every.course = $2 AND every.part = $3))",
        )
        .bind(&self.learner.0)
        .bind(&self.course.0)
        .bind(part)
        .bind(now)
        .bind(digest)
        .bind(&result.status)
        .bind(i64::from(result.passed))
        .bind(i64::from(result.tests))
        .execute(&self.store.pool)
        .await?;
        Ok(())
    }
}

fn progress((part, given, hints, done, solution_seen, submissions, status, passed, tests): Row) -> Progress {
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let latest = status.zip(passed).zip(tests);
    let latest =
        latest.map(|((status, passed), tests)| Submitted { status, passed: number(passed), tests: number(tests) });
    Progress {
        part,
        given,
        hints: number(hints),
        done: done.is_some(),
        solution_seen: solution_seen.is_some(),
        submissions: number(submissions),
        latest,
    }
}
