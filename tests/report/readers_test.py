#!/usr/bin/python3
"""Readers that others wrote look at our reports.

  readers_test.py WRITE_REPORTS SCHEMA

Python's mail package takes the message apart, libxml2 checks the XML against the schema, and Perl's
Mail::DMARC, when it is installed, reads the report.
"""
import email
import email.policy
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

# Mail::DMARC 1.20211209 is older than RFC 9990: it finds elements that are in no namespace only.
# Its SQL store stays out of it.
PERL = r"""
use strict; use warnings; use JSON::PP; use Mail::DMARC::Report::Receive;
no warnings 'redefine';
*Mail::DMARC::Report::save_aggregate = sub { 1 };
my $receive = Mail::DMARC::Report::Receive->new;
local $/; my $xml = <STDIN>;
$xml =~ s/ xmlns="urn:ietf:params:xml:ns:dmarc-2\.0"//;
$receive->handle_body($xml);
my $report = $receive->report->aggregate;
my @rows = map { { ip => $_->row->source_ip, count => $_->row->count,
                   disposition => $_->row->policy_evaluated->disposition,
                   from => $_->identifiers->header_from,
                   dkim => scalar @{ $_->auth_results->dkim || [] } } } @{ $report->record };
print encode_json({ org => $report->metadata->org_name, id => $report->metadata->report_id,
  begin => $report->metadata->begin, end => $report->metadata->end,
  domain => $report->policy_published->domain, p => $report->policy_published->p, rows => \@rows });
"""


def check(holds, what):
    if not holds:
        sys.exit(f"readers_test: {what}")


def attached_report(eml):
    """The XML inside a message, and the id that all its names agree on."""
    message = email.message_from_bytes(eml.read_bytes(), policy=email.policy.default)
    check(not message.defects, message.defects)
    parts = list(message.iter_parts())
    check([part.get_content_type() for part in parts] == ["text/plain", "application/gzip"], parts)
    report_id = message["Subject"].split("Report-ID: ")[1]
    check(message["Message-ID"] == f"<{report_id}@mx.example.org>", message["Message-ID"])
    check(message["Auto-Submitted"] == "auto-generated", "Auto-Submitted")
    name = f"mx.example.org!example.com!1777593600!1777679999!{report_id}.xml.gz"
    check(parts[1].get_filename() == name, parts[1].get_filename())
    return gzip.decompress(parts[1].get_content()), report_id


def read_failure_report(eml):
    message = email.message_from_bytes(eml.read_bytes(), policy=email.policy.default)
    check(message.get_content_type() == "multipart/report", message.get_content_type())
    check(message.get_param("report-type") == "feedback-report", "report-type")
    parts = list(message.walk())[1:]
    types = [part.get_content_type() for part in parts]
    # A message/* part holds a message: the fields of the report are its header.
    check(types == ["text/plain", "message/feedback-report", "text/plain", "text/rfc822-headers"], types)
    fields = parts[2]
    check(fields["Feedback-Type"] == "auth-failure" and fields["Auth-Failure"] == "dmarc", fields)
    check(fields["Source-IP"] == "192.0.2.1" and fields["Incidents"] == "1", fields)
    check(email.message_from_string(parts[3].get_content())["From"].endswith("@example.com>"), parts[3])
    check(b"alice" not in eml.read_bytes(), "a local part is shown")


def mail_dmarc(xml):
    """What Mail::DMARC reads in the report; nothing when it is not installed."""
    if subprocess.run(["perl", "-MMail::DMARC", "-e1"], capture_output=True).returncode != 0:
        print("Mail::DMARC is not installed, so it was not asked")
        return None
    run = subprocess.run(["perl", "-e", PERL], input=xml, capture_output=True)
    check(run.returncode == 0 and not run.stderr, run.stderr.decode())
    return json.loads(run.stdout)


def check_schema(xml, schema):
    lint = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, str(xml)],
                          capture_output=True)
    check(lint.returncode == 0, lint.stderr.decode())


def read_by_mail_dmarc(xml, report_id):
    found = mail_dmarc(xml)
    check(found in (None, {
        "org": "Example Org", "id": report_id, "begin": "1777593600", "end": "1777679999",
        "domain": "example.com", "p": "reject", "rows": [
            {"ip": "192.0.2.1", "count": "12", "disposition": "none", "from": "example.com", "dkim": 2},
            {"ip": "2001:db8::1", "count": "3", "disposition": "quarantine",
             "from": "news.example.com", "dkim": 0}]}), found)


def main():
    write_reports, schema = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([write_reports, name], check=True)
        for kind in ("sample", "hostile"):
            xml = folder / f"{kind}.xml"
            check_schema(xml, schema)
            attached, report_id = attached_report(folder / f"{kind}.eml")
            check(attached == xml.read_bytes(), f"{kind}: what is attached is not the report")
            if kind == "sample":
                read_by_mail_dmarc(attached, report_id)
        read_failure_report(folder / "failure.eml")


if __name__ == "__main__":
    main()
