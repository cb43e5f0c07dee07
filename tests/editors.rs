//! What each editor is given, tried as its users have it: each folder of `editors` has a script that starts the real program where it can be
//! had.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod support;

use std::process::Command;

fn run(folder: &str) {
    let script = support::root().join("editors").join(folder).join("test/run");
    let output = Command::new(&script).env("NURTURE", assert_cmd::cargo::cargo_bin("nurture")).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{folder}:\n{said}");
}

/// One test for each folder.
macro_rules! editors {
    ($($name:ident: $folder:literal needs $needs:literal;)*) => {
        $(
            #[test]
            #[ignore = $needs]
            fn $name() {
                run($folder);
            }
        )*

        /// Every folder that has a script is tried.
        #[test]
        fn every_folder_is_tried() {
            let tried = [$($folder,)*];
            let editors = support::root().join("editors");
            for entry in std::fs::read_dir(&editors).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                assert!(!entry.path().join("test/run").is_file() || tried.contains(&name.as_str()), "editors/{name}/test/run is called by no test");
            }
        }
    };
}

editors! {
    emacs: "emacs" needs "needs Emacs and eglot";
    helix: "helix" needs "needs Python, its tree-sitter and the network";
    highlightjs: "highlightjs" needs "needs Node and the network";
    jetbrains: "jetbrains" needs "needs Python";
    neovim: "neovim" needs "needs Neovim";
    pygments: "pygments" needs "needs Python and the network";
    sublime: "sublime" needs "needs Python";
    tree_sitter: "tree-sitter-nurture" needs "needs the command line of tree-sitter, and a C compiler";
    vim: "vim" needs "needs Vim";
    vscode: "vscode" needs "needs Node and the network";
    zed: "zed" needs "needs Python, its tree-sitter, and crates of the network";
}
