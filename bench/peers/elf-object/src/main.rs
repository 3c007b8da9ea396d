//! Measures the `object` crate at what bench/elf.mjs measures of @gospy/elf: walking all symbols of a file, finding one by
//! name (which `object` leaves to the caller), or many in a file that is open. Each time the file is opened (mapped) anew. Prints
//! one JSON object.
use object::{Object, ObjectSymbol};
use std::{env, error::Error, fs::File, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().collect();
    let [_, path, wanted, turns, what] = args.as_slice() else {
        return Err("usage: elf-object FILE SYMBOL TURNS walk|find|again".into());
    };
    let (mut answer, mut figures) = (String::new(), Vec::new());
    for _ in 0..turns.parse::<u32>()? {
        let start = Instant::now();
        let map = unsafe { memmap2::Mmap::map(&File::open(path)?)? };
        let file = object::File::parse(&*map)?;
        match what.as_str() {
            "walk" => {
                let (mut symbols, mut checksum) = (0u64, 0u64);
                for symbol in file.symbols() {
                    // As Go and @gospy/elf do: the name as text, checked to be UTF-8.
                    let name = symbol.name()?;
                    symbols += 1;
                    checksum = checksum.wrapping_add(symbol.address()).wrapping_add(name.len() as u64);
                }
                figures.push(start.elapsed().as_secs_f64() * 1e3);
                answer = format!(r#""symbols":{symbols},"checksum":"{}","#, checksum % (1 << 52));
            }
            "find" => {
                let found = file.symbols().find(|symbol| symbol.name_bytes() == Ok(wanted.as_bytes()));
                let address = found.map_or(0, |symbol| symbol.address());
                figures.push(start.elapsed().as_secs_f64() * 1e3);
                answer = format!(r#""address":"{address}","#);
            }
            // For each look-up in an open file, in microseconds.
            _ => {
                let names: Vec<&[u8]> = file.symbols().filter_map(|symbol| symbol.name_bytes().ok()).collect();
                let names: Vec<&[u8]> = names.iter().step_by(names.len() / 100).copied().collect();
                let start = Instant::now();
                for name in &names {
                    if !file.symbols().any(|symbol| symbol.name_bytes() == Ok(*name)) {
                        return Err("not found".into());
                    }
                }
                figures.push(start.elapsed().as_secs_f64() * 1e6 / names.len() as f64);
            }
        }
    }
    println!(r#"{{{answer}"figures":{figures:?}}}"#);
    Ok(())
}
