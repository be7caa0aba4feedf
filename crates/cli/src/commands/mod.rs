pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod new;
pub(crate) mod show;
