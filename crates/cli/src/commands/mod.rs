pub(crate) mod cache;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod grade;
pub(crate) mod new;
pub(crate) mod run;
pub(crate) mod show;
