//! Which crate may use which: the map of ARCHITECTURE.md as a table that cargo's own data is held against.

use anyhow::{Result, bail};

use crate::cargo::{self, Package};

/// The product's crates by tier, from the ground up. A crate may use those of lower tiers only.
const TIERS: &[&[&str]] = &[
    &["etude-text"],
    &["etude-clock", "etude-markdown", "etude-python"],
    // The store beside the sandbox, so that what strangers run and what is known of learners never meet.
    &["etude-course", "etude-sandbox", "etude-store", "etude-trace"],
    &["etude-import", "etude-practice", "etude-project"],
    &["etude"],
];

/// Crates that help and are no part of the product. They use none of it, and it may use them in tests only.
const TOOLS: &[&str] = &["etude-testing", "xtask"];

/// Foreign crates that one of ours keeps to itself, by the start of their names.
const KEPT: &[(&str, &[&str])] = &[
    ("ruff_", &["etude-python"]),
    ("comrak", &["etude-markdown"]),
    ("clap", &["etude", "xtask"]),
    ("sqlx", &["etude-store"]),
];

pub(crate) fn check() -> Result<()> {
    let packages = cargo::metadata()?.packages;
    let wrong = forbidden(&packages);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    println!("{} crates use only what they may", packages.len());
    Ok(())
}

/// What in the workspace the tables do not allow, or do not know.
fn forbidden(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        if tier(name).is_none() && !TOOLS.contains(&name) {
            wrong.push(format!("`{name}` has no place in the tables of `crates/xtask/src/arrows.rs`: add it"));
            continue;
        }
        for dependency in &package.dependencies {
            let used = dependency.name.as_str();
            let only_for_tests = dependency.kind.as_deref() == Some("dev");
            if packages.iter().any(|package| package.name == used) {
                let allowed = match (tier(name), tier(used)) {
                    // A test may read what a crate of the same tier makes of things.
                    (Some(user), Some(used)) => used < user || (only_for_tests && used == user),
                    (Some(_), None) => only_for_tests && used != "xtask",
                    (None, _) => false,
                };
                if !allowed {
                    wrong.push(format!("`{name}` may not use `{used}`"));
                }
            }
            for (start, owners) in KEPT {
                if used.starts_with(start) && !owners.contains(&name) {
                    let owners = owners.join("` and `");
                    wrong.push(format!("`{name}` may not use `{used}`, which only `{owners}` may"));
                }
            }
        }
    }
    for name in TIERS.iter().copied().flatten().chain(TOOLS) {
        if !packages.iter().any(|package| package.name == *name) {
            wrong.push(format!("`{name}` is in the tables of `crates/xtask/src/arrows.rs` but not in the workspace"));
        }
    }
    wrong
}

fn tier(name: &str) -> Option<usize> {
    TIERS.iter().position(|tier| tier.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::Dependency;

    /// The workspace of the tables, with `dependencies` given to `user`, and what is wrong with that.
    fn check(user: &str, dependencies: &[(&str, Option<&str>)], expected: &[&str]) {
        let known = TIERS.iter().copied().flatten().chain(TOOLS).copied();
        let new = (tier(user).is_none() && !TOOLS.contains(&user)).then_some(user);
        let packages: Vec<Package> = known
            .chain(new)
            .map(|name| Package {
                name: name.to_owned(),
                dependencies: dependencies
                    .iter()
                    .filter(|_| name == user)
                    .map(|&(name, kind)| Dependency { name: name.to_owned(), kind: kind.map(str::to_owned) })
                    .collect(),
            })
            .collect();
        assert_eq!(forbidden(&packages), expected);
    }

    #[test]
    fn lower_tiers_may_be_used() {
        check("etude-course", &[("etude-text", None), ("etude-python", None), ("serde", None)], &[]);
        check("etude", &[("etude-text", None), ("clap", None)], &[]);
    }

    #[test]
    fn the_same_tier_and_higher_ones_may_not() {
        check("etude-markdown", &[("etude-python", None)], &["`etude-markdown` may not use `etude-python`"]);
        check("etude-text", &[("etude-course", Some("dev"))], &["`etude-text` may not use `etude-course`"]);
        check("etude-sandbox", &[("etude-trace", Some("dev"))], &[]);
    }

    #[test]
    fn testing_is_for_tests() {
        check("etude-project", &[("etude-testing", Some("dev"))], &[]);
        check("etude-project", &[("etude-testing", None)], &["`etude-project` may not use `etude-testing`"]);
        check("etude-project", &[("xtask", Some("dev"))], &["`etude-project` may not use `xtask`"]);
    }

    #[test]
    fn tools_use_none_of_the_product() {
        check("etude-testing", &[("etude-text", None)], &["`etude-testing` may not use `etude-text`"]);
    }

    #[test]
    fn foreign_crates_stay_with_their_owner() {
        check("etude-python", &[("ruff_python_parser", None)], &[]);
        check(
            "etude-course",
            &[("ruff_python_ast", None), ("clap_complete", None)],
            &[
                "`etude-course` may not use `ruff_python_ast`, which only `etude-python` may",
                "`etude-course` may not use `clap_complete`, which only `etude` and `xtask` may",
            ],
        );
    }

    #[test]
    fn a_new_crate_has_to_be_placed() {
        check(
            "etude-fresh",
            &[],
            &["`etude-fresh` has no place in the tables of `crates/xtask/src/arrows.rs`: add it"],
        );
    }
}
