use std::path::Path;
use std::time::Duration;

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::{Error, Result};

/// How long one process waits for another to have written.
const PATIENCE: Duration = Duration::from_secs(10);

/// In order. One that has been released is never changed: add another.
const MIGRATIONS: [(&str, &str); 1] = [("learners", include_str!("../migrations/1_learners.sql"))];

/// The file that holds everything, open.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: SqlitePool,
}

impl Store {
    /// Opens the file, or makes it where there is none. One that cannot be read is not touched.
    pub async fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| Error::Folder { path: path.to_owned(), source })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(PATIENCE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        // One connection: what one process does happens one after another anyway.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let store = Self { pool: pool.map_err(|error| failed(path, error))? };
        store.examine(path).await?;
        store.migrate(path).await?;
        Ok(store)
    }

    /// Puts everything into the one file, which otherwise the next to open it does.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Damage is named now rather than met on the way.
    async fn examine(&self, path: &Path) -> Result<()> {
        let found: String = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| failed(path, error))?;
        let reason = || found.lines().last().unwrap_or_default().to_owned();
        if found == "ok" { Ok(()) } else { Err(Error::Damaged { path: path.to_owned(), reason: reason() }) }
    }

    async fn migrate(&self, path: &Path) -> Result<()> {
        let migration = |(index, (name, sql)): (usize, &(&'static str, &'static str))| {
            let sql = sql.into_sql_str();
            Migration::new(index as i64 + 1, (*name).into(), MigrationType::Simple, sql, false)
        };
        let migrator = Migrator::with_migrations(MIGRATIONS.iter().enumerate().map(migration).collect());
        // Another process that has just made the file may be about to do the same.
        let mut whole = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(|error| failed(path, error))?;
        // `run` does the same in a future that cannot be sent to another thread.
        let done = migrator.run_direct(None, &mut *whole, false).await;
        done.map_err(|error| match error {
            MigrateError::VersionMissing(_) => Error::Newer { path: path.to_owned() },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(path, error),
            other => Error::Damaged { path: path.to_owned(), reason: other.to_string() },
        })?;
        whole.commit().await.map_err(|error| failed(path, error))
    }
}

fn failed(path: &Path, error: sqlx::Error) -> Error {
    /// SQLITE_CORRUPT and SQLITE_NOTADB.
    const DAMAGE: [i32; 2] = [11, 26];
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    let path = path.to_owned();
    match code {
        Some(code) if DAMAGE.contains(&(code & 0xff)) => {
            let reason = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
            Error::Damaged { path, reason }
        }
        _ => Error::Open { path, source: error },
    }
}
