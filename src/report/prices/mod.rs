//! One offer with all that is known of it, in every form.

mod json;
mod table;
mod update;

pub use update::PricesUpdate;
