//! What an apply has done, in every form.

mod json;
mod table;
