//! Any text is Python of a kind: there is always a module, and tokens in order.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let module = etude_python::parse(source);
    for error in &module.errors {
        assert!(source.get(error.span.range()).is_some(), "{error:?}");
    }
    for symbol in &module.symbols {
        assert!(source.get(symbol.span.range()).is_some(), "{symbol:?}");
    }
    let mut end = 0;
    for token in etude_python::highlight(source) {
        assert!(token.span.start >= end && source.get(token.span.range()).is_some(), "{token:?}");
        end = token.span.end;
    }
});
