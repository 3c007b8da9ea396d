// What bench/dwarf-entries.mjs compares with where cargo is at hand: gimli's raw walk over all entries with all of their attributes,
// and the layout of one struct found by walking the units' top level.
use gimli::{AttributeValue, EndianSlice, RunTimeEndian};
use object::{Object, ObjectSection};
use std::{env, fs, time::Instant};

type Slice<'a> = EndianSlice<'a, RunTimeEndian>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = env::args().collect();
    let started = Instant::now();
    let bytes = fs::read(&args[2])?;
    let file = object::File::parse(&*bytes)?;
    let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
    let sections = gimli::DwarfSections::load(|id| -> Result<_, object::Error> {
        Ok(match file.section_by_name(id.name()) {
            Some(section) => section.uncompressed_data()?,
            None => Default::default(),
        })
    })?;
    let dwarf = sections.borrow(|section| EndianSlice::new(section, endian));
    let (mut entries, mut attributes, mut characters, mut size, mut fields) = (0u64, 0u64, 0u64, 0u64, 0u64);
    let mut units = dwarf.units();
    'units: while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        if args[1] == "walk" {
            let mut reader = unit.entries_raw(None)?;
            while !reader.is_empty() {
                let Some(abbreviation) = reader.read_abbreviation()? else { continue };
                entries += 1;
                for specification in abbreviation.attributes() {
                    let attribute = reader.read_attribute(*specification)?;
                    attributes += 1;
                    if is_string(&attribute.value()) {
                        characters += dwarf.attr_string(&unit, attribute.value())?.to_string_lossy().len() as u64;
                    }
                }
            }
            continue;
        }
        let mut tree = unit.entries_tree(None)?;
        let mut children = tree.root()?.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            if entry.tag() != gimli::DW_TAG_structure_type || entry.attr(gimli::DW_AT_declaration)?.is_some() {
                continue;
            }
            let Some(name) = entry.attr_value(gimli::DW_AT_name)? else { continue };
            if dwarf.attr_string(&unit, name)?.slice() != args[3].as_bytes() {
                continue;
            }
            size = entry.attr(gimli::DW_AT_byte_size)?.and_then(|value| value.udata_value()).unwrap_or(0);
            let mut members = child.children();
            while let Some(member) = members.next()? {
                let entry = member.entry();
                if entry.tag() == gimli::DW_TAG_member && entry.attr(gimli::DW_AT_type)?.is_some() {
                    fields += 1;
                }
            }
            break 'units;
        }
    }
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    println!("{{\"entries\":{entries},\"attributes\":{attributes},\"characters\":{characters},\"size\":{size},\"fields\":{fields},\"ms\":{ms}}}");
    Ok(())
}

fn is_string(value: &AttributeValue<Slice>) -> bool {
    matches!(
        value,
        AttributeValue::String(_) | AttributeValue::DebugStrRef(_) | AttributeValue::DebugLineStrRef(_) | AttributeValue::DebugStrOffsetsIndex(_)
    )
}
