//! File addresses: `file:///a%20b.nurture` and paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The path of a `file:` address; `None` for any other.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host may stand before the path; ours is the only one there is.
    let path = rest.get(rest.find('/')?..)?;
    let mut bytes = Vec::with_capacity(path.len());
    let mut at = path.bytes();
    while let Some(byte) = at.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let hex = [at.next()?, at.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/c:/policy` is `c:/policy` where drives have letters.
    let drive = path.as_bytes().get(1..3).is_some_and(|start| start.first().is_some_and(u8::is_ascii_alphabetic) && start.get(1) == Some(&b':'));
    Some(PathBuf::from(if drive { path.get(1..).unwrap_or(&path) } else { &path }))
}

/// The address of a path.
pub fn of_path(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for path in ["/a/b.nurture", "/a b/ž(1)%.nurture", "/c:/x"] {
            let uri = of_path(Path::new(path));
            assert!(uri.is_ascii(), "{uri}");
            let back = to_path(&uri).map(|path| path.to_string_lossy().into_owned());
            assert_eq!(back.as_deref(), Some(if path == "/c:/x" { "c:/x" } else { path }));
        }
        assert_eq!(to_path("untitled:Untitled-1"), None);
        assert_eq!(to_path("file:///a%zz"), None);
        assert_eq!(to_path("file:///a%2"), None);
        assert_eq!(to_path("file://host/a"), Some(PathBuf::from("/a")));
    }
}
