use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::Etude;

fn doctor(folder: &TempFolder, arguments: &str) -> (i32, String) {
    let mut command = folder.command(arguments);
    let output = command.env("XDG_CACHE_HOME", folder.path()).output().expect("etude runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (output.status.code().expect("a code"), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_exit_code_says_whether_everything_holds() {
    let folder = TempFolder::new();
    let (code, text) = doctor(&folder, "doctor --json");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let guarantees = report["guarantees"].as_array().expect("a list");
    let all_hold = guarantees.iter().all(|guarantee| guarantee["holds"] == true) && report["trouble"].is_null();
    assert_eq!(code, i32::from(!all_hold), "{text}");
    let promises: Vec<&str> = guarantees.iter().map(|it| it["promise"].as_str().expect("text")).collect();
    assert_snapshot!(promises.join("\n"), @"
    no file of the host is read
    no file of the host is written
    no network is reached
    nothing survives a run
    memory is bounded
    the number of processes is bounded
    the disk is bounded
    CPU time is bounded
    runs cannot see or signal each other
    little of the kernel can be attacked
    ");
    // What does not hold must say what to do, and what was tried must have held.
    for guarantee in guarantees {
        assert!(guarantee["holds"] == true || guarantee["advice"].is_string(), "{guarantee}");
        assert_ne!(guarantee["withstood"], false, "{guarantee}");
    }
    assert!(guarantees.iter().any(|guarantee| guarantee["withstood"] == true), "{text}");
    assert!(report["interpreters"].as_array().is_some_and(|all| !all.is_empty()));
}

#[test]
fn the_page_fits_a_terminal_and_the_quick_one_tries_nothing() {
    let folder = TempFolder::new();
    let (_, text) = doctor(&folder, "doctor --quick");
    assert!(!text.contains("tried"), "{text}");
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80 && !line.contains('/')).collect();
    assert!(wide.is_empty(), "{wide:?}");
    let headings: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert_snapshot!(headings.join("\n"), @"
    What a stranger's program meets here
    Pythons
    Packages
    ");
}
