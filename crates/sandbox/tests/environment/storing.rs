use std::time::SystemTime;

use etude_sandbox::environment::{Locks, list, remove};

use crate::fixture::{Fixture, can_run, python};

#[test]
fn what_is_stored_is_listed_and_removed_unless_it_is_in_use() {
    if !can_run(&["3.13"]) {
        return;
    }
    let fixture = Fixture::new();
    assert_eq!(list(&fixture.cache()).unwrap(), []);
    let before = SystemTime::now();
    let kept = fixture.prepare(&python("3.13"), &["iniconfig==2.0.0"]).unwrap();
    let wanted = fixture.prepare(&python("3.13"), &["iniconfig==1.1.1"]).unwrap();
    drop(wanted);
    fixture.prepare(&python("3.13"), &["sniffio==1.3.1"]).unwrap();
    let wishes = |stored: &[etude_sandbox::environment::Stored]| -> Vec<String> {
        stored.iter().map(|stored| stored.requirements.join(" ")).collect()
    };
    let stored = list(&fixture.cache()).unwrap();
    assert_eq!(wishes(&stored), ["sniffio==1.3.1", "iniconfig==1.1.1", "iniconfig==2.0.0"]);
    assert!(stored.iter().all(|one| one.bytes > 1000 && one.python == "3.13" && one.last_use >= before));

    // Using one makes it the last used; a copy of it keeps it as well as the first.
    let copy = fixture.prepare(&python("3.13"), &["iniconfig==2.0.0"]).unwrap().clone();
    assert_eq!(wishes(&list(&fixture.cache()).unwrap())[0], "iniconfig==2.0.0");
    drop(kept);
    let keep = |stored: &etude_sandbox::environment::Stored| stored.requirements == ["sniffio==1.3.1"];
    assert_eq!(wishes(&remove(&fixture.cache(), Locks::Keep, &keep).unwrap()), ["iniconfig==1.1.1"]);
    assert!(copy.site.as_ref().unwrap().is_dir());
    drop(copy);
    assert_eq!(wishes(&remove(&fixture.cache(), Locks::Keep, &keep).unwrap()), ["iniconfig==2.0.0"]);
    assert_eq!(wishes(&list(&fixture.cache()).unwrap()), ["sniffio==1.3.1"]);
    assert_eq!(fixture.leftovers(), [""; 0]);
}
