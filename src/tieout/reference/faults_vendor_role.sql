-- Cells that name a vendor which is an organization of another role.
SELECT
    cells.file, cells."row", cells."column",
    quoted(cells.value) || ' has role ' || organization.role || ', not vendor' AS reason
FROM vendor_cell AS cells
JOIN now_organizations AS organization ON organization.organization_id = cells.value
WHERE organization.role <> 'vendor'
