"""Cases from a file: through the same verb as a report, line by line, resumable."""
