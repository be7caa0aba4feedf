//! Runs a file and shows its transcript: `cargo run -p etude-sandbox --example try -- FILE [PROFILE [VERSION [AVOID]]]`.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for a person at a terminal")]

use etude_sandbox::*;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("a file is needed")?;
    let profile = arguments.next().and_then(|name| Profile::from_name(&name)).unwrap_or_default();
    let version = arguments.next().unwrap_or("3.12".into());
    let avoid = match arguments.next().as_deref() {
        Some("namespaces") => vec![Layer::Namespaces],
        Some("cgroups") => vec![Layer::Cgroups],
        Some("all") => vec![Layer::Namespaces, Layer::Cgroups],
        _ => vec![],
    };
    let (home, path) = (std::env::var("HOME").unwrap_or_default(), std::env::var("PATH").unwrap_or_default());
    let environment = Environment::find(&version, &path, Some(&std::path::Path::new(&home).join(".pyenv")))?;
    let policy = Policy { most: Profile::Shell, weak: true };
    let sandbox = Sandbox::start(Config { slots: 1, policy, avoid })?;
    println!("{:?}", sandbox.layers());
    for guarantee in doctor::guarantees(sandbox.layers()) {
        println!("  {}: {}", guarantee.promise, guarantee.held_by.join(", "));
    }
    let name = file.rsplit('/').next().unwrap_or(&file);
    let mut job = Job::python(environment, RelativePath::new(name)?, std::fs::read(&file)?);
    job.profile = profile;
    job.limits.wall = std::time::Duration::from_secs(3);
    let transcript = sandbox.run(&job, &mut |_| ())?;
    print!("{}", transcript.stdout());
    println!("--- stderr\n{}", transcript.stderr());
    println!("--- {:#?}", Transcript { writes: vec![], ..transcript });
    Ok(())
}
