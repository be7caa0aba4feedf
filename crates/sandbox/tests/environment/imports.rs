use crate::fixture::{Fixture, can_run, python};

#[test]
fn imports_are_told_apart_by_this_very_interpreter() {
    if !can_run(&["3.8", "3.13"]) {
        return;
    }
    let fixture = Fixture::new();
    let imports =
        ["os.path", "distutils", "tomllib", "yaml", "yaml.nodes", "iniconfig", "_yaml", "helper", "bs4.element"];
    for (version, expected) in [
        ("3.8", vec![("tomllib", "tomllib", false), ("bs4.element", "beautifulsoup4", true)]),
        ("3.13", vec![("distutils", "distutils", false), ("bs4.element", "beautifulsoup4", true)]),
    ] {
        let made = fixture.prepare(&python(version), &["PyYAML==6.0.2", "iniconfig"]).unwrap();
        let unknown = made.unknown_imports(&imports, &|name| name == "helper");
        let unknown: Vec<_> =
            unknown.iter().map(|one| (one.import.as_str(), one.package.as_str(), one.known)).collect();
        assert_eq!(unknown, expected, "{version}");
        assert_eq!(made.provides("yaml.nodes"), Some("pyyaml"));
        assert_eq!(made.provides("os"), None);
    }
}
