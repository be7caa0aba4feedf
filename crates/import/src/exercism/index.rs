//! The first lesson of a track: what there is, in its order.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::track::{Concept, Listed};
use crate::carrier::Carrier;

pub(super) fn text(config: &Value, concepts: &[Concept], listed: &[Listed], carrier: &Carrier<'_>) -> String {
    let mut out = format!("# {}\n", config["language"].as_str().unwrap_or("Python"));
    if let Some(blurb) = config["blurb"].as_str() {
        let _ = write!(out, "\n{blurb}\n");
    }
    let lessons: BTreeMap<&str, &Concept> = concepts.iter().map(|concept| (concept.slug.as_str(), concept)).collect();
    let concept = |slug: &String| match lessons.get(slug.as_str()) {
        Some(Concept { name, lessons, .. }) => match lessons.first() {
            Some(lesson) => format!("[{name}]({lesson})"),
            None => name.clone(),
        },
        None => slug.clone(),
    };
    let all = |slugs: &[String]| slugs.iter().map(concept).collect::<Vec<_>>().join(", ");
    let rows = |folder: &str, columns: &str, row: &dyn Fn(&Listed) -> String| {
        let there =
            |one: &&Listed| one.folder == folder && carrier.has_made(&format!("exercises/{}/lab.toml", one.slug));
        let rows: Vec<String> = listed
            .iter()
            .filter(there)
            .map(|one| {
                let given_up = if one.deprecated { " (given up by the track)" } else { "" };
                format!("| {}{given_up} | {} |\n", one.link(""), row(one))
            })
            .collect();
        if rows.is_empty() { String::new() } else { format!("\n| exercise | {columns} |\n{}", rows.concat()) }
    };
    let concept_rows = rows("concept", "teaches | after |\n| --- | --- | ---", &|one| {
        format!("{} | {}", all(&one.concepts), all(&one.prerequisites))
    });
    if !concept_rows.is_empty() {
        let _ = write!(
            out,
            "\n## Learn\n\nEach of these exercises teaches something new, and needs what is named behind it.\n{concept_rows}"
        );
    }
    let practice_rows = rows("practice", "difficulty | practises | after |\n| --- | --- | --- | ---", &|one| {
        let difficulty = one.difficulty.map_or(String::new(), |difficulty| difficulty.to_string());
        format!("{difficulty} | {} | {}", all(&one.concepts), all(&one.prerequisites))
    });
    if !practice_rows.is_empty() {
        let _ = write!(out, "\n## Practise\n\nDifficulty goes from 1 to 10.\n{practice_rows}");
    }
    let loose: Vec<&Concept> = concepts
        .iter()
        .filter(|concept| !concept.lessons.is_empty())
        .filter(|concept| !listed.iter().any(|one| one.folder == "concept" && one.concepts.contains(&concept.slug)))
        .collect();
    if !loose.is_empty() {
        out.push_str("\n## Read\n\nNo exercise teaches these.\n\n");
        for concept in loose {
            let _ = writeln!(out, "- [{}]({})", concept.name, concept.lessons[0]);
        }
    }
    out
}

/// A lesson that leads to the exercises that practise no concept with a lesson.
pub(super) fn practice(concepts: &[Concept], listed: &[Listed], carrier: &mut Carrier<'_>) -> Vec<String> {
    let taught = |slug: &String| concepts.iter().any(|concept| concept.slug == *slug && !concept.lessons.is_empty());
    let lines: Vec<String> = listed
        .iter()
        .filter(|one| !one.concepts.first().is_some_and(taught))
        .filter(|one| carrier.has_made(&format!("exercises/{}/lab.toml", one.slug)))
        .map(|one| match one.difficulty {
            Some(difficulty) => format!("- {}, difficulty {difficulty}", one.link("")),
            None => format!("- {}", one.link("")),
        })
        .collect();
    if lines.is_empty() {
        return Vec::new();
    }
    carrier.write(&["config.json"], "practice.md", format!("# More to practise\n\n{}\n", lines.join("\n")));
    carrier.lesson("practice.md");
    vec!["practice.md".to_owned()]
}
