//! YAML of other tools: written from JSON values, so that no text of a profile can be more than text.

use serde_json::Value;

use super::ExportError;

/// Documents with comments above the first.
pub fn documents(heading: &[String], documents: &[Value]) -> Result<String, ExportError> {
    let mut text: String = heading.iter().map(|line| format!("# {}\n", one_line(line))).collect();
    for (i, document) in documents.iter().enumerate() {
        if i > 0 {
            text.push_str("---\n");
        }
        text.push_str(
            &serde_yaml::to_string(document).map_err(|error| ExportError::Written(error.to_string()))?,
        );
        // The last line of a document is a line.
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

/// Text for a comment: what breaks lines would end it.
pub fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}
