//! The store as its callers use it, on a file in a fresh folder.

use etude_store::{CourseId, LearnerId, Learning, Store, Submission, Submitted};
use etude_testing::TempFolder;
use insta::assert_debug_snapshot;

const FILE: &str = "data/etude.sqlite3";

async fn learning(folder: &TempFolder, course: &str) -> Learning {
    let store = Store::open(&folder.join(FILE)).await.expect("a store");
    store.learning(LearnerId("ada".to_owned()), CourseId(course.to_owned()))
}

fn submission(digest: &str, passed: u32) -> Submission {
    let status = if passed == 3 { "pass" } else { "fail" }.to_owned();
    Submission { digest: digest.to_owned(), result: Submitted { status, passed, tests: 3 } }
}

#[tokio::test]
async fn what_was_noted_is_there_again() {
    let folder = TempFolder::new();
    let tea = learning(&folder, "tea").await;
    tea.enrol("tea-work", 1).await.expect("enrolled");
    for part in ["01-boil", "02-pour"] {
        tea.give(part, "v1").await.expect("given");
    }
    tea.stand_at("02-pour", 2).await.expect("noted");
    tea.show_hints("01-boil", 2).await.expect("noted");
    tea.show_hints("01-boil", 1).await.expect("noted");
    for (digest, passed) in [("a", 1), ("a", 1), ("b", 3), ("a", 1)] {
        tea.submit("01-boil", &submission(digest, passed), 3).await.expect("kept");
    }
    tea.finish("01-boil", 4).await.expect("noted");
    tea.show_solution("02-pour", 5).await.expect("noted");
    tea.give("02-pour", "v2").await.expect("given");
    drop(tea);

    let tea = learning(&folder, "tea").await;
    assert_debug_snapshot!(tea.progress().await.expect("progress"));
}

#[tokio::test]
async fn courses_and_learners_are_kept_apart() {
    let folder = TempFolder::new();
    let [tea, pots] = [learning(&folder, "tea").await, learning(&folder, "pots").await];
    tea.enrol("tea-work", 1).await.expect("enrolled");
    pots.enrol("pots-work", 2).await.expect("enrolled");
    tea.give("01", "v1").await.expect("given");
    assert_eq!(pots.progress().await.expect("progress"), []);
    pots.stand_at("07", 3).await.expect("noted");
    tea.enrol("elsewhere", 4).await.expect("moved");
    let store = Store::open(&folder.join(FILE)).await.expect("a store");
    assert_debug_snapshot!(store.enrolments(&LearnerId("ada".to_owned())).await.expect("enrolments"));
    assert_eq!(store.enrolments(&LearnerId("bob".to_owned())).await.expect("enrolments"), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_may_open_and_write_at_once() {
    let folder = TempFolder::new();
    let path = folder.join(FILE);
    let work = |index: usize| {
        let path = path.clone();
        async move {
            let store = Store::open(&path).await?;
            let tea = store.learning(LearnerId("ada".to_owned()), CourseId("tea".to_owned()));
            tea.enrol("tea-work", index as i64).await?;
            tea.give("01", "v1").await?;
            for number in 0..20 {
                tea.submit("01", &submission(&format!("{index}.{number}"), 1), 1).await?;
            }
            Ok::<_, etude_store::Error>(())
        }
    };
    let all: Vec<_> = (0..6).map(|index| tokio::spawn(work(index))).collect();
    for one in all {
        one.await.expect("no panic").expect("kept");
    }
    let found = learning(&folder, "tea").await.progress().await.expect("progress");
    assert_eq!(found.iter().map(|part| part.submissions).collect::<Vec<_>>(), [120]);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_as_it_is() {
    let folder = TempFolder::new();
    let store = Store::open(&folder.join(FILE)).await.expect("a store");
    let tea = store.learning(LearnerId("ada".to_owned()), CourseId("tea".to_owned()));
    tea.enrol("tea-work", 1).await.expect("enrolled");
    drop(tea);
    store.close().await;
    let whole = folder.read_bytes(FILE);
    let mut torn = whole.clone();
    torn[4096..].fill(0xa5);
    for bytes in [b"these are no records of mine, but my diary".repeat(40), torn] {
        let folder = TempFolder::new().file(FILE, &bytes);
        let error = Store::open(&folder.join(FILE)).await.expect_err("it is damaged");
        assert!(error.to_string().contains("is damaged, and is left as it is: "), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.starts_with("move it away")));
        assert_eq!(folder.read_bytes(FILE), bytes);
    }
}

#[tokio::test]
async fn a_file_of_a_later_version_is_named() {
    let folder = TempFolder::new();
    drop(learning(&folder, "tea").await);
    let path = folder.join(FILE);
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.expect("a database");
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (99, 'later', TRUE, x'00', 0)";
    sqlx::query(later).execute(&pool).await.expect("written");
    pool.close().await;
    let error = Store::open(&path).await.expect_err("it is too new");
    assert!(error.to_string().ends_with("was written by a newer version"), "{error}");
}
