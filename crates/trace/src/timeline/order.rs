//! The order in which lanes are shown.

use std::collections::BTreeMap;

use super::build::Draft;
use crate::trace::Id;

/// Each lane followed by its children, those without a parent by kind and in the order of their beginning.
pub(super) fn by_parent(drafts: Vec<Draft>) -> Vec<Draft> {
    let known: BTreeMap<Id, ()> = drafts.iter().map(|draft| (draft.lane.id, ())).collect();
    let mut children: BTreeMap<Option<Id>, Vec<Draft>> = BTreeMap::new();
    for draft in drafts {
        let parent = draft.parent.filter(|parent| *parent != draft.lane.id && known.contains_key(parent));
        children.entry(parent).or_default().push(draft);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|draft| (draft.lane.kind, draft.lane.start, draft.lane.id));
        // The next to come is taken from the end.
        siblings.reverse();
    }
    let mut ordered = Vec::new();
    let mut open = children.remove(&None).unwrap_or_default();
    while let Some(draft) = open.pop() {
        open.extend(children.remove(&Some(draft.lane.id)).unwrap_or_default());
        ordered.push(draft);
    }
    // What names itself as its ancestor has no place in a tree. Only a broken stream has such.
    ordered
}
