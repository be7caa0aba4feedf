//! The file format of notebooks, versions 3 and 4.

use serde_json::Value;

#[derive(Debug, Default)]
pub(super) struct Notebook {
    /// Of its kernel, in lower case; empty if it does not say.
    pub(super) language: String,
    pub(super) cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellKind {
    Markdown,
    Code,
    Raw,
}

#[derive(Debug)]
pub(super) struct Cell {
    pub(super) kind: CellKind,
    /// From 1.
    pub(super) number: u32,
    pub(super) text: String,
    pub(super) metadata: Value,
    pub(super) outputs: Vec<Output>,
    /// Pictures within the cell: name, and content in base 64.
    pub(super) attachments: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) enum Output {
    Printed(String),
    /// The value of the last line.
    Shown(String),
    /// A picture: the ending of its file, and its content, in base 64 unless it is SVG.
    Picture(&'static str, String),
    /// By the name of the exception.
    Raised(String),
    /// Only in a form that needs a browser.
    Other(String),
}

const PICTURES: [(&str, &str); 4] =
    [("image/png", "png"), ("image/jpeg", "jpg"), ("image/gif", "gif"), ("image/svg+xml", "svg")];

/// Reads a notebook. The error says what is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Notebook, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let version = value["nbformat"].as_u64();
    if let Some(version) = version.filter(|version| *version > 4) {
        return Err(format!("its format is {version}, and 3 and 4 are known"));
    }
    let cells = match &value["cells"] {
        Value::Array(cells) => cells,
        _ => value["worksheets"][0]["cells"].as_array().ok_or("it has no `cells`")?,
    };
    let metadata = &value["metadata"];
    let language = metadata["kernelspec"]["language"].as_str().or_else(|| metadata["language_info"]["name"].as_str());
    let cells = (1..).zip(cells).filter_map(|(number, value)| cell(number, value)).collect();
    Ok(Notebook { language: language.unwrap_or_default().to_lowercase(), cells })
}

fn cell(number: u32, value: &Value) -> Option<Cell> {
    let source = if value["source"].is_null() { &value["input"] } else { &value["source"] };
    let mut text = joined(source).replace("\r\n", "\n");
    let kind = match value["cell_type"].as_str()? {
        "code" => CellKind::Code,
        "raw" => CellKind::Raw,
        "heading" => {
            let level = value["level"].as_u64().unwrap_or(1).clamp(1, 6);
            text = format!("{} {text}", "#".repeat(level as usize));
            CellKind::Markdown
        }
        _ => CellKind::Markdown,
    };
    let outputs = value["outputs"].as_array().into_iter().flatten().filter_map(output).collect();
    let mut attachments = Vec::new();
    for (name, kinds) in value["attachments"].as_object().into_iter().flatten() {
        attachments.extend(kinds.as_object().into_iter().flatten().take(1).map(|(_, it)| (name.clone(), joined(it))));
    }
    Some(Cell { kind, number, text, metadata: value["metadata"].clone(), outputs, attachments })
}

fn output(value: &Value) -> Option<Output> {
    let data = if value["data"].is_object() { &value["data"] } else { value };
    match value["output_type"].as_str()? {
        "stream" => Some(Output::Printed(joined(&value["text"]))),
        "error" | "pyerr" => Some(Output::Raised(value["ename"].as_str().unwrap_or("Exception").to_owned())),
        _ => {
            for (mime, ending) in PICTURES {
                let content = joined(&data[mime]);
                if !content.is_empty() {
                    return Some(Output::Picture(ending, content));
                }
            }
            let plain = joined(&data["text/plain"]);
            if !plain.is_empty() {
                return Some(Output::Shown(plain));
            }
            let mime = data.as_object().and_then(|data| data.keys().next().cloned());
            Some(Output::Other(mime.unwrap_or_else(|| "nothing".to_owned())))
        }
    }
}

/// A text, which may be a list of its lines.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// The bytes of what is in base 64; `None` for anything else.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for char in text.bytes().filter(|char| !char.is_ascii_whitespace()) {
        let value = match char {
            b'A'..=b'Z' => char - b'A',
            b'a'..=b'z' => char - b'a' + 26,
            b'0'..=b'9' => char - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_read() {
        let check = |text, expected: Option<&[u8]>| assert_eq!(from_base64(text).as_deref(), expected);
        check("dGVh", Some(b"tea"));
        check("dGVhcw==", Some(b"teas"));
        check("dGV\nhcw", Some(b"teas"));
        check("/+8=", Some(&[0xff, 0xef]));
        check("d*Vh", None);
    }
}
