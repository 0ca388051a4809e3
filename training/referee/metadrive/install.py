# SPDX-License-Identifier: Apache-2.0
"""Make `.venv-metadrive`, the environment of the arena metadrive: two minutes, 600 MB.

python -m training.referee.metadrive.install
"""

import shutil
import subprocess
import sys
import venv

from training.referee.metadrive.process import ENVIRONMENT

__all__ = ['main']

_METADRIVE = 'metadrive-simulator==0.3.0.1'
"""The newest wheel that carries its assets. It pins older versions than it runs with."""
_REQUIREMENTS = (
    'panda3d==1.10.15',
    'panda3d-simplepbr==0.10',
    'panda3d-gltf==0.13',
    'gym<0.26',
    'protobuf==3.20.3',
    'opencv-python-headless',
    *('lxml', 'matplotlib', 'numpy', 'pandas', 'pillow', 'psutil', 'pygame', 'requests'),
    *('scipy', 'seaborn', 'shapely', 'tqdm'),
)


def main() -> None:
    """Install into a new folder beside and rename it, so that an interruption leaves nothing."""
    aside = ENVIRONMENT.with_name(f'{ENVIRONMENT.name}.new')
    shutil.rmtree(aside, ignore_errors=True)
    venv.create(aside, with_pip=True)
    pip = [str(aside / 'bin' / 'python'), '-m', 'pip', 'install']
    for words in (_REQUIREMENTS, ('--no-deps', _METADRIVE)):
        if subprocess.run([*pip, *words], check=False).returncode:
            sys.exit('MetaDrive is not installed: pip failed, its message is above.')
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    aside.rename(ENVIRONMENT)
    print(f'MetaDrive is installed in {ENVIRONMENT}')


if __name__ == '__main__':
    main()
