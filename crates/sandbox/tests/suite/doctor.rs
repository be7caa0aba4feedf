//! The doctor's word is what programs find.

use crate::support::{environment, reduced, shared};
use etude_sandbox::doctor;

#[test]
fn every_guarantee_that_is_said_to_hold_withstands_its_attempt() {
    for examined in doctor::examine(&shared(), &environment()).expect("the attempts run") {
        let expected = examined.withstood.is_none_or(|withstood| withstood == examined.guarantee.holds());
        assert!(expected, "{examined:?}");
        assert_eq!(examined.guarantee.holds(), !reduced() || examined.guarantee.promise != "the disk is bounded");
    }
}
